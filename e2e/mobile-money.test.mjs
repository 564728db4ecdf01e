// A phone is asked: it pays, it refuses, nobody answers.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { House } from "./house.mjs";

let house;
before(async () => { house = await House.open(); });
after(() => house.close());

const ask = async (page, prescription, phone) => {
  await page.goto(`${house.url}/desk/prescriptions/${prescription.id}`);
  await page.keyboard.press("F6");
  await page.getByLabel("Numéro de téléphone du payeur").fill(phone);
  await page.keyboard.press("Enter");
  await page.getByText("Demander au payeur").waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/desk\/payments/);
};

test("a payer who accepts: the page says so by itself", async () => {
  const page = await house.visitor("caisse1");
  const prescription = await house.prescription();
  await ask(page, prescription, "90123400");
  await page.getByText("Paiement reçu par T-Money").waitFor();
  await page.getByRole("link", { name: /Imprimer le ticket/ }).waitFor();
  assert.equal((await house.payments(prescription.id))[0].state, "PAID");
});

test("a payer without money: nothing was taken, and another way is offered", async () => {
  const page = await house.visitor("caisse1");
  const prescription = await house.prescription();
  await ask(page, prescription, "90123471");
  await page.getByText("Rien n’a été débité").waitFor();
  await page.getByRole("link", { name: "Autre moyen de paiement" }).click();
  await page.getByRole("button", { name: "Encaisser" }).waitFor();
  await page.keyboard.type("3500");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: /Imprimer le ticket/ }).waitFor();
});

test("nobody answers: given up with its warning, then paid in cash, once", async () => {
  const page = await house.visitor("caisse1");
  const prescription = await house.prescription();
  await ask(page, prescription, "90123473");
  await page.getByRole("heading", { name: "En attente du payeur" }).waitFor();
  await page.getByText("Abandonner, ou payer autrement").click();
  await page.getByText("Le payeur a peut-être déjà validé").waitFor();
  await page.getByRole("button", { name: "Abandonner ce paiement" }).click();
  await page.getByText("Ce paiement reste surveillé").waitFor();
  await page.getByRole("link", { name: "Autre moyen de paiement" }).click();
  await page.getByRole("button", { name: "Encaisser" }).waitFor();
  await page.keyboard.type("3500");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: /Imprimer le ticket/ }).waitFor();
  const received = (await house.payments(prescription.id)).reduce((sum, payment) => sum + payment.received, 0);
  assert.equal(received, prescription.due);
});

test("no page made trouble but the one that was refused on purpose", () => {
  assert.deepEqual(house.trouble.filter((line) => !line.includes("status of 422")), []);
});
