// The cash desk by keyboard, through a killed server and a cut line.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { House } from "./house.mjs";

let house;
before(async () => { house = await House.open(); });
after(() => house.close());

const found = async (page, prescription) => {
  await page.goto(`${house.url}/desk`);
  await page.keyboard.type(prescription.number);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Encaisser" }).waitFor();
};

test("cash by keyboard alone: the amount and one key", async () => {
  const page = await house.visitor("caisse1");
  const prescription = await house.prescription();
  await found(page, prescription);
  await page.keyboard.type("5000");
  await page.locator("[data-change]", { hasText: /^1\u202f500\u202fFCFA$/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: /Imprimer le ticket/ }).waitFor();
  assert.equal(await page.locator(".figure").first().textContent(), "1\u202f500\u202fFCFA");
  assert.equal(await page.evaluate(() => document.activeElement.textContent.includes("Imprimer le ticket")), true);
  assert.deepEqual((await house.payments(prescription.id)).map((payment) => payment.received), [prescription.due]);
});

test("a server that was killed before the form arrived: sent again, one payment", async () => {
  const page = await house.visitor("caisse1");
  const prescription = await house.prescription();
  await found(page, prescription);
  await page.keyboard.type("4000");
  await house.kill();
  await page.keyboard.press("Enter");
  await page.locator("#connection:not([hidden])").waitFor();
  assert.equal(await page.getByLabel("Espèces données").inputValue(), "4000", "what was typed is still there");
  await house.start();
  await page.getByRole("button", { name: "Encaisser" }).click();
  await page.getByRole("link", { name: /Imprimer le ticket/ }).waitFor();
  assert.equal((await house.payments(prescription.id)).length, 1);
});

test("a line that is cut as the answer comes back: sent again it pays nothing twice", async () => {
  const page = await house.visitor("caisse1");
  const prescription = await house.prescription();
  await found(page, prescription);
  await page.keyboard.type("3500");
  // The server gets the form, and its answer is lost on the way.
  await page.route("**/cash", async (route) => {
    await route.fetch({ maxRedirects: 0 });
    await route.abort("connectionreset");
  }, { times: 1 });
  await page.keyboard.press("Enter");
  await page.locator("#connection:not([hidden])").waitFor();
  assert.equal((await house.payments(prescription.id)).length, 1, "it was paid, and the screen can't know");
  await page.getByRole("button", { name: "Encaisser" }).click();
  await page.getByRole("link", { name: /Imprimer le ticket/ }).waitFor();
  assert.equal((await house.payments(prescription.id)).length, 1, "the same form is the same payment");
});

test("a session is counted blind and closed", async () => {
  const page = await house.visitor("caisse2");
  await page.getByRole("link", { name: /Ma caisse/ }).click();
  await page.getByLabel("Billet de 10\u202f000").fill("2");
  await page.getByLabel("Pièce de 500").fill("3");
  assert.equal(await page.locator("[data-count]").textContent(), "21\u202f500\u202fFCFA");
  assert.equal(await page.getByText("Attendu").count(), 0);
  await page.getByRole("button", { name: "Clôturer ma caisse" }).click();
  await page.getByText("Sessions précédentes").waitFor();
  assert.equal(await page.getByRole("cell", { name: "21\u202f500\u202fFCFA" }).count(), 1);
  await page.getByText("Vous n’avez pas de caisse ouverte").waitFor();
});
