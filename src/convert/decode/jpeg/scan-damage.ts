/** The entropy-coded data of a JPEG scan are damaged. Never leaves this folder. */
export class ScanDamage extends Error {
  override name = 'ScanDamage';
}
