import { TRACE_BYTES_DEFAULT, TRACE_BYTES_MIN } from '@passfob/protocol/trace/limits';
import type { Argv } from 'yargs';

/** The options of a trace. */
export function addTrace<T>(parser: Argv<T>) {
  return parser
    .option('trace', {
      string: true,
      requiresArg: true,
      describe: 'record its ports, keys, power and memories in this file, for passfob trace and Wireshark',
    })
    .option('trace-max', {
      number: true,
      requiresArg: true,
      describe: `with --trace: bytes after which the trace ends; default: ${TRACE_BYTES_DEFAULT}`,
    })
    .option('trace-screens', {
      boolean: true,
      default: false,
      describe: 'with --trace: the texts on the screen, too: passcodes, PINs and pairing codes among them',
    });
}

interface TraceGiven {
  readonly trace?: unknown;
  readonly traceMax?: unknown;
  readonly traceScreens?: unknown;
}

/** Returns why the options of a trace cannot be used together. */
export function checkTrace({ trace, traceMax, traceScreens }: TraceGiven): string | undefined {
  if (trace === undefined && (traceMax !== undefined || traceScreens === true))
    return '--trace-max and --trace-screens belong to a trace: add --trace FILE';
  if (traceMax !== undefined && !(Number.isSafeInteger(traceMax) && Number(traceMax) >= TRACE_BYTES_MIN))
    return `--trace-max takes a whole number of bytes from ${TRACE_BYTES_MIN}`;
  return undefined;
}
