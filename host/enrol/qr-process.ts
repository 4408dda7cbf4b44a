import { readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { buffer } from 'node:stream/consumers';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { IMAGE_LATE, IMAGE_WATCH_MS, QR_CODES_MAX, WASM_PAGE_BYTES } from './limits.ts';

// This file is the process that decodes an image: `qr-decoder.ts` starts it. The image comes in on standard input, the
// texts of its QR codes go out as JSON. The arguments are the memory of the decoder in bytes, and the processor time
// of the process in milliseconds.

const STDOUT = 1;

/** Loads the reader from its local file; by default it would fetch it from a public CDN. */
async function loadReader(memoryBytesMax: number) {
  const { prepareZXingModule, readBarcodes } = await import('zxing-wasm/reader');
  const file = readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'));
  const compiled = await WebAssembly.compile(new Uint8Array(file));
  const instantiateWasm = (
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ) => {
    void WebAssembly.instantiate(compiled, imports).then(instance => {
      for (const part of Object.values(instance.exports))
        if (part instanceof WebAssembly.Memory) limit(part, memoryBytesMax);
      done(instance, compiled);
    });
    return {};
  };
  await prepareZXingModule({ overrides: { instantiateWasm }, fireImmediately: true });
  return readBarcodes;
}

/** Bounds the memory, which no option of Node does. The reader asks for more by this method, and bears a refusal. */
function limit(memory: WebAssembly.Memory, bytesMax: number): void {
  memory.grow = pages => {
    if (memory.buffer.byteLength + pages * WASM_PAGE_BYTES > bytesMax)
      throw new RangeError('too much memory');
    return WebAssembly.Memory.prototype.grow.call(memory, pages);
  };
}

/** Returns JSON: the texts, or null for a damaged image. */
async function answerTo(image: Uint8Array, memoryBytesMax: number): Promise<string> {
  const readBarcodes = await loadReader(memoryBytesMax);
  const found = await readBarcodes(image, { formats: ['QRCode'], maxNumberOfSymbols: QR_CODES_MAX });
  // A file that the reader cannot decode gives one answer of no format.
  const isDecoded = found.every(({ format }) => String(format) !== '');
  const texts = [...new Set(found.filter(code => code.isValid).map(code => code.text))];
  return JSON.stringify(isDecoded ? texts : null);
}

/** Ends the process once it has used its time. In a thread, since the reader never gives way to a timer. */
function watch(processorMsMax: number): void {
  setInterval(() => {
    const { user, system } = process.cpuUsage();
    if ((user + system) / 1_000 < processorMsMax) return;
    // By number: in a thread, standard output goes through the thread that is busy.
    writeSync(STDOUT, IMAGE_LATE);
    process.kill(process.pid, 'SIGKILL');
  }, IMAGE_WATCH_MS);
}

if (isMainThread) {
  const [memoryBytesMax, processorMsMax] = process.argv.slice(2).map(Number);
  new Worker(new URL(import.meta.url), { workerData: processorMsMax }).unref();
  process.stdout.write(await answerTo(await buffer(process.stdin), memoryBytesMax ?? 0));
} else watch(Number(workerData));
