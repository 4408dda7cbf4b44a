import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import wasm from 'zxing-wasm/reader/zxing_reader.wasm';
import { QR_CODES_MAX } from './limits.ts';

// By default the reader would fetch its WebAssembly file from a foreign CDN.
prepareZXingModule({ overrides: { locateFile: (path: string) => (path.endsWith('.wasm') ? wasm : path) } });

/** Returns the texts of the QR codes in a picture. */
export async function textsIn(picture: ImageData): Promise<string[]> {
  const found = await readBarcodes(picture, { formats: ['QRCode'], maxNumberOfSymbols: QR_CODES_MAX });
  return found.filter(code => code.isValid).map(code => code.text);
}
