// A receipt on paper: its code is read back from the picture, and is genuine without a network.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import jsQR from "jsqr";
import { PNG } from "pngjs";
import { House, pictures, program } from "./house.mjs";

let house;
before(async () => { house = await House.open(); });
after(() => house.close());

for (const paper of ["80", "a4"]) {
  test(`printed on ${paper}, its code is read back and is genuine`, async () => {
    const prescription = await house.prescription();
    const cashier = await house.api("caisse1");
    const taken = await cashier("/api/payments/cash", { prescriptionId: prescription.id, amountTendered: prescription.due });
    const page = await house.visitor("caisse1");
    await page.goto(`${house.url}/desk/receipts/${taken.receiptNumber}?paper=${paper}`);
    const pdf = join(pictures, `receipt-${paper}.pdf`);
    await writeFile(pdf, await page.pdf({ preferCSSPageSize: true }));
    execFileSync("pdftoppm", ["-png", "-r", "200", "-singlefile", pdf, pdf.replace(".pdf", "-paper")]);
    const picture = PNG.sync.read(await readFile(pdf.replace(".pdf", "-paper.png")));
    const code = jsQR(new Uint8ClampedArray(picture.data), picture.width, picture.height);
    assert.ok(code, "a code that a reader finds");
    const { qrText } = await cashier(`/api/receipts/${taken.receiptNumber}`);
    assert.equal(code.data, qrText);
    const [{ publicKey }] = await (await fetch(`${house.url}/api/receipts/keys`)).json();
    const said = execFileSync(program, ["receipt", "check", "--key", publicKey, code.data], { encoding: "utf8" });
    assert.ok(said.includes(taken.receiptNumber), said);
  });
}
