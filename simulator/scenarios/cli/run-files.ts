import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { visible } from '@passfob/protocol/trace/text';
import { writeAnew } from '../../base/node/open-anew.ts';
import { UsageError } from '../../base/usage-error.ts';
import type { OpenOwner } from '../base/owner.ts';
import { ScenarioError } from '../base/place.ts';
import { readScenario, type Scenario } from '../read.ts';
import { junit } from '../report/junit.ts';
import { type FileResult, fileLines, summary } from '../report/plain-text.ts';
import type { RunOptions, ScenarioResult } from '../run.ts';
import { scenarioText, streamedText } from '../text.ts';
import { parseRunOptions } from './options.ts';

/** Exit codes, as the help documents them. */
const EXIT = { passed: 0, failed: 1, usage: 2 } as const;

export interface RunCommand {
  /** Its name in help and messages. */
  readonly program: string;
  readonly owner: OpenOwner | undefined;
  /** Read for the file `-`. */
  readonly stdin: Readable;
  run(scenario: Scenario, options: RunOptions & { readonly folder: string }): Promise<ScenarioResult>;
  print(text: string): void;
  printError(text: string): void;
}

async function runFile(file: string, command: RunCommand, options: RunOptions): Promise<FileResult> {
  const startMs = performance.now();
  const isInput = file === '-';
  const done = (part: Pick<FileResult, 'result' | 'unreadable'>) => ({
    file: isInput ? 'standard input' : file,
    ...part,
    ms: performance.now() - startMs,
  });
  try {
    const scenario = readScenario(isInput ? await streamedText(command.stdin) : scenarioText(file));
    return done({
      result: await command.run(scenario, { ...options, folder: dirname(file) }),
      unreadable: undefined,
    });
  } catch (error) {
    const place = error instanceof ScenarioError ? error.place : { line: 1, column: 1 };
    const sentence = error instanceof Error ? error.message : String(error);
    return done({ result: undefined, unreadable: { ...place, sentence } });
  }
}

/** The JSON of a run: the results without what a program has no use for. */
function asJson(results: readonly FileResult[]): string {
  const scenarios = results.map(({ file, result, unreadable, ms }) => ({
    file,
    ...(result ?? { passed: false, unreadable }),
    ms: Math.round(ms),
  }));
  return `${JSON.stringify({ ok: scenarios.every(({ passed }) => passed), scenarios })}\n`;
}

/** Writes the report. @returns false, and says why, if that fails */
function isWritten(path: string, report: string, { program, printError }: RunCommand): boolean {
  try {
    writeAnew(path, report);
    return true;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    printError(`${program}: the report was not written: ${why}\n`);
    return false;
  }
}

/** Runs scenario files one after the other. @returns the exit code */
export async function runFiles(args: readonly string[], command: RunCommand): Promise<number> {
  let options: Awaited<ReturnType<typeof parseRunOptions>>;
  try {
    options = await parseRunOptions(args, command.program);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    command.printError(`${command.program}: ${error.message}\n`);
    return EXIT.usage;
  }
  const { files, seed, json, update } = options;
  const onStep = (step: string, screen: readonly string[]) =>
    command.print(`${[`- ${step}`, ...screen.map(line => `    | ${line}`)].map(visible).join('\n')}\n`);
  const results: FileResult[] = [];
  for (const file of files) {
    const found = await runFile(file, command, {
      seed,
      isUpdate: update,
      owner: command.owner,
      onStep: options.show && !json ? onStep : undefined,
    });
    results.push(found);
    if (!json) command.print(`${fileLines(found).join('\n')}\n`);
  }
  command.print(json ? asJson(results) : `${summary(results)}\n`);
  if (options.junit !== undefined && !isWritten(options.junit, junit(results), command)) return EXIT.usage;
  if (results.some(({ unreadable }) => unreadable !== undefined)) return EXIT.usage;
  return results.every(({ result }) => result?.passed) ? EXIT.passed : EXIT.failed;
}
