import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { apiOf } from './api.ts';
import { type Example, type ExampleOptions, startExample } from './app.ts';
import { texts } from './texts.ts';

const { main: words } = texts;
const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** A mistake in the command line. */
class Usage extends Error {}

/** The application cannot start; the message says what to do next. */
class Unable extends Error {}

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

/** Starts the application, after one call to the service: a wrong address or key shows now, not at a log-in. */
async function start(options: ExampleOptions): Promise<Example> {
  const api = apiOf(options);
  const fault = await api.check();
  await api.close();
  if (fault === 'silent') throw new Unable(words.silent(options.service));
  if (fault === 'key') throw new Unable(words.keyRefused(options.service));
  try {
    return await startExample(options);
  } catch (error) {
    const isBusy = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw isBusy ? new Unable(words.portInUse(options.port)) : error;
  }
}

function textFor(error: unknown, reason: string): string {
  if (error instanceof Usage) return words.usage(reason);
  return error instanceof Unable ? `example: ${reason}` : words.failed(reason);
}

try {
  const options = await read(process.argv.slice(2));
  if (options === undefined) console.log(words.help);
  else {
    const example = await start(options);
    console.log(words.listening(example.url));
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void example.close());
  }
  process.exitCode = EXIT.done;
} catch (error) {
  const reason = error instanceof Error ? error.message : '';
  console.error(textFor(error, reason));
  process.exitCode = error instanceof Usage ? EXIT.usage : EXIT.failed;
}
