// Every page: for its role alone, readable by everybody, light, and without trouble.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { gunzipSync, gzipSync } from "node:zlib";
import { House, pictures } from "./house.mjs";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const KIB = 1024;

let house, pages;
before(async () => {
  house = await House.open();
  const [due, paid] = [await house.prescription(), await house.prescription()];
  const cashier = await house.api("caisse1");
  const taken = await cashier("/api/payments/cash", { prescriptionId: paid.id, amountTendered: paid.due });
  const receipt = await cashier(`/api/receipts/${taken.receiptNumber}`);
  // Something that waits for a second person, so that its forms are looked at too.
  await cashier(`/api/payments/${taken.paymentId}/refunds`, { kind: "REFUND", amount: 500, reason: "Examen impossible" });
  await cashier(`/api/prescriptions/${due.id}/reliefs`, { kind: "DISCOUNT", amount: 500, reason: "Personnel" });
  pages = [
    ["login", null, "/login"],
    ["scan", null, `/r/${receipt.qrText.split("/r/")[1]}`],
    ["desk", "caisse1", "/desk"],
    ["prescription", "caisse1", `/desk/prescriptions/${due.id}`],
    ["mobile-money", "caisse1", `/desk/prescriptions/${due.id}/mobile-money`],
    ["payment", "caisse1", `/desk/payments/${taken.paymentId}`],
    ["receipt", "caisse1", `/desk/receipts/${taken.receiptNumber}`],
    ["session", "caisse1", "/desk/session"],
    ["performing", "labo", "/performing"],
    ["dashboard", "admin", "/dashboard"],
    ["work-items", "compta", "/work-items"],
    ["users", "admin", "/users"],
  ];
});
after(() => house.close());

test("no page has a violation that axe knows, in light or dark, small or wide", async () => {
  for (const [name, who, path] of pages) {
    for (const colorScheme of ["light", "dark"]) {
      const page = await house.visitor(who, { colorScheme, bypassCSP: true });
      for (const width of colorScheme === "dark" ? [360] : [360, 1280, 1920]) {
        await page.setViewportSize({ width, height: 900 });
        await page.goto(house.url + path);
        await page.screenshot({ path: `${pictures}/${name}-${width}-${colorScheme}.png`, fullPage: true });
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${name} at ${width} is ${wide} px too wide`);
      }
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => window.axe.run());
      const told = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
      assert.deepEqual(told, [], `${name}, ${colorScheme}`);
      await page.context().close();
    }
  }
});

test("a page weighs 60 KiB at most, its scripts 20, its styles 15, and nothing comes from elsewhere", async () => {
  for (const [name, who, path] of pages) {
    const page = await house.visitor(who);
    const weights = { document: 0, script: 0, stylesheet: 0 };
    const counted = [];
    page.on("response", (response) => {
      const kind = response.request().resourceType();
      assert.ok(response.url().startsWith(house.url) || response.url().startsWith("data:"), response.url());
      if (kind in weights) counted.push(response.body().then((body) => { weights[kind] += gzipSync(body).length; }));
    });
    await page.goto(house.url + path);
    await Promise.all(counted);
    assert.ok(weights.document > 0 && weights.stylesheet > 0, name);
    assert.ok(weights.document <= 60 * KIB && weights.script <= 20 * KIB && weights.stylesheet <= 15 * KIB,
      `${name}: ${JSON.stringify(weights)}`);
    await page.context().close();
  }
});

test("a page is sent compressed", async () => {
  const answer = await fetch(`${house.url}/login`, { headers: { "accept-encoding": "gzip" } });
  assert.equal(answer.headers.get("content-encoding"), "gzip");
  assert.ok((await answer.text()).includes("Nom d’utilisateur"));
  assert.throws(() => gunzipSync(Buffer.from("<!doctype html>")));
});

test("each role sees its own pages, and is told so at the others", async () => {
  for (const [who, own, other] of [["caisse1", "/desk", "/dashboard"], ["labo", "/performing", "/desk"], ["admin", "/dashboard", "/desk"]]) {
    const page = await house.visitor(who);
    assert.equal(new URL(page.url()).pathname, own);
    const answer = await page.goto(house.url + other);
    assert.equal(answer.status(), 403);
    await page.getByText("Accès réservé").waitFor();
    await page.getByRole("button", { name: "Se déconnecter" }).click();
    await page.waitForURL(/login/);
    await page.goto(house.url + own);
    await page.waitForURL(/login\?next=/);
  }
});

test("no page made trouble but those that were refused on purpose", () => {
  const trouble = house.trouble.filter((line) => !line.includes("status of 403"));
  assert.deepEqual(trouble, []);
});
