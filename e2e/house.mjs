// A server of its own on a folder of its own, and a browser in front of it; both end with the test.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, mkdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const program = process.env.QUITTANCE ?? join(root, "target/debug/quittance");
export const pictures = join(root, "target/screenshots");

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

export class House {
  static async open() {
    const house = new House();
    house.dir = await mkdtemp(join(tmpdir(), "quittance-e2e-"));
    house.port = await freePort();
    house.simulator = await freePort();
    house.url = `http://127.0.0.1:${house.port}`;
    await house.start();
    house.browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
    await mkdir(pictures, { recursive: true });
    house.trouble = [];
    return house;
  }

  async start() {
    const env = { ...process.env, QUITTANCE_LISTEN: `127.0.0.1:${this.port}`, RUST_LOG: "warn" };
    const args = ["demo", "--data", join(this.dir, "data"), "--pace", "0.2", "--simulator", `127.0.0.1:${this.simulator}`];
    this.server = spawn(program, args, { env, stdio: ["ignore", "pipe", "inherit"] });
    // It prints the logins once it serves; whatever it says later is read, so that it never waits for us.
    await new Promise((resolve, reject) => {
      this.server.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
      let said = "";
      this.server.stdout.on("data", (piece) => { said += piece; if (said.includes("caisse1")) resolve(); });
    });
    this.server.removeAllListeners("exit");
    const told = JSON.parse(await readFile(join(this.dir, "data/demo.json"), "utf8"));
    this.passwords = Object.fromEntries(told.logins.map(({ username, password }) => [username, password]));
  }

  async kill() {
    this.server.kill("SIGKILL");
    await once(this.server, "exit");
  }

  // A browser of one person, with what went wrong in it kept.
  async visitor(username, options = {}) {
    const context = await this.browser.newContext({ locale: "fr-FR", viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    page.on("console", (message) => { if (message.type() === "error") this.trouble.push(message.text()); });
    page.on("pageerror", (error) => this.trouble.push(String(error)));
    if (username) await this.signIn(page, username);
    return page;
  }

  async signIn(page, username) {
    await page.goto(`${this.url}/login`);
    await page.getByLabel("Nom d’utilisateur").fill(username);
    await page.getByLabel("Mot de passe").fill(this.passwords[username]);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Se déconnecter" }).waitFor();
  }

  // The API, as a program uses it.
  async api(username) {
    const answer = await fetch(`${this.url}/api/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ username, password: this.passwords[username] }),
    });
    const { token } = await answer.json();
    return async (path, body) => {
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      const answer = await fetch(`${this.url}${path}`, body ? { method: "POST", headers, body: JSON.stringify(body) } : { headers });
      return answer.json();
    };
  }

  // A fresh prescription of one exam; its id.
  async prescription() {
    const cashier = await this.api("caisse1");
    const exam = (await cashier("/api/exams")).find((exam) => exam.code === "NFS");
    this.people = (this.people ?? 0) + 1;
    const patient = await cashier("/api/patients", { firstName: "Essai", lastName: `ÉCRAN${"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[this.people % 26]}` });
    const made = await cashier("/api/prescriptions", { patientId: patient.id, exams: [{ examId: exam.id }] });
    return { id: made.id, number: made.prescriptionNumber, due: made.totalAmount };
  }

  async payments(prescription) {
    const admin = await this.api("admin");
    return (await admin(`/api/prescriptions/${prescription}`)).payments;
  }

  async close() {
    await this.browser.close();
    if (this.server.exitCode === null && this.server.signalCode === null) {
      this.server.kill("SIGTERM");
      await once(this.server, "exit");
    }
    await rm(this.dir, { recursive: true, force: true });
  }
}
