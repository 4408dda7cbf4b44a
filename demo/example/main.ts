import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { type ExampleOptions, startExample } from './app.ts';
import { texts } from './texts.ts';

const { main: words } = texts;
const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** A mistake in the command line. */
class Usage extends Error {}

async function read(args: readonly string[]): Promise<ExampleOptions | undefined> {
  const values = parsed(args);
  if (values.help) return undefined;
  const { service, 'key-file': keyFile, ca, port = '8081', name } = values;
  if (service === undefined || keyFile === undefined) throw new Usage(words.needs);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) throw new Usage(words.badPort);
  return {
    service: originOf(service),
    apiKey: (await textOf(keyFile)).trim(),
    port: Number(port),
    ...(ca !== undefined && { ca: await textOf(ca) }),
    ...(name !== undefined && { name }),
  };
}

function parsed(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const options = {
    service: text,
    'key-file': text,
    ca: text,
    port: text,
    name: text,
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new Usage(error instanceof Error ? (error.message.split('\n')[0] ?? '') : '');
  }
}

/** Passcodes go to this address, so it must use TLS or be on this computer. */
function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHere = url !== undefined && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isHere)) return url.origin;
  throw new Usage(words.badService);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new Usage(words.noFile(path));
  }
}

try {
  const options = await read(process.argv.slice(2));
  if (options === undefined) console.log(words.help);
  else {
    const example = await startExample(options);
    console.log(words.listening(example.url));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void example.close());
  }
  process.exitCode = EXIT.done;
} catch (error) {
  const reason = error instanceof Error ? error.message : '';
  console.error(error instanceof Usage ? words.usage(reason) : words.failed(reason));
  process.exitCode = error instanceof Usage ? EXIT.usage : EXIT.failed;
}
