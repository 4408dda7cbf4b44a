import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { broken, brokenByAll, type Defect } from './defect.ts';
import { type Outcome, outcomeOf, type Report } from './report.ts';
import { Scratch } from './scratch.ts';
import { DEFECTS } from './table.ts';

/** One program of a run: a build, or the test of one defect. */
const PROGRAM_MS_MAX = 180_000;
/** As much longer for each further test that runs in it. */
const TEST_MS_MAX = 5_000;
const JOBS = 2;

interface Options {
  /** Part of the names of those to try; all without it. */
  readonly name: string;
  /** How many of them, chosen by `seed`; all without it. */
  readonly sample: number | undefined;
  readonly seed: number;
  readonly jobs: number;
}

/** @throws for options that it does not know, and for values that are no whole numbers */
function optionsOf(args: readonly string[]): Options {
  const number = { type: 'string' } as const;
  const options = { sample: number, seed: number, jobs: number };
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
  for (const [name, value] of Object.entries(values))
    if (!/^[1-9]\d{0,14}$/.test(value) && (name !== 'seed' || value !== '0'))
      throw new Error(`--${name} takes a whole number`);
  return {
    name: positionals.join(' '),
    sample: values.sample === undefined ? undefined : Number(values.sample),
    seed: Number(values.seed ?? Date.now()),
    jobs: Number(values.jobs ?? JOBS),
  };
}

/** Returns the defects of a name; of a sample those that the seed happens to choose, in the order of the table. */
function chosen(defects: readonly Defect[], { name, sample, seed }: Options): readonly Defect[] {
  const named = defects.filter(defect => defect.name.toLowerCase().includes(name.toLowerCase()));
  if (sample === undefined) return named;
  const lot = (defect: Defect) => createHash('sha256').update(`${seed} ${defect.name}`).digest('hex');
  const drawn = [...named].sort((one, other) => (lot(one) < lot(other) ? -1 : 1)).slice(0, sample);
  return named.filter(defect => drawn.includes(defect));
}

const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

/** Runs the tests of some defects in a tree. */
async function tested(scratch: Scratch, tree: string, defects: readonly Defect[]): Promise<Report> {
  const output = `${tree}.json`;
  rmSync(output, { force: true });
  const { code, printed } = await scratch.run(
    tree,
    [
      join(tree, 'node_modules/vitest/vitest.mjs'),
      'run',
      ...['--project', 'passfob', '--project', 'service', '--reporter=json', `--outputFile=${output}`],
      ...['-t', defects.map(({ title }) => escaped(title)).join('|')],
      ...new Set(defects.map(({ test }) => test)),
    ],
    PROGRAM_MS_MAX + defects.length * TEST_MS_MAX,
  );
  if (!existsSync(output)) {
    const why = code === null ? 'it took too long' : (printed.trim().split('\n').at(-1) ?? '');
    throw new Error(`vitest left no report: ${why}`);
  }
  return JSON.parse(readFileSync(output, 'utf8')) as Report;
}

/** Builds the images of a tree again. @throws where that fails */
async function rebuilt(scratch: Scratch, tree: string): Promise<void> {
  for (const program of ['main', 'stamp']) {
    const { code, printed } = await scratch.run(tree, [`firmware/dist/build/${program}.js`], PROGRAM_MS_MAX);
    if (code !== 0) throw new Error(`the image was not built: ${printed.trim().split('\n').at(-1)}`);
  }
}

/** Tries one defect in a tree, and takes it out again. */
async function tried(scratch: Scratch, tree: string, defect: Defect): Promise<Outcome> {
  const path = join(tree, defect.file);
  const whole = readFileSync(path, 'utf8');
  try {
    writeFileSync(path, broken(defect, whole));
    if (defect.image) await rebuilt(scratch, tree);
    return outcomeOf(await tested(scratch, tree, [defect]), defect);
  } catch (error) {
    return { is: 'unclear', why: error instanceof Error ? error.message : String(error) };
  } finally {
    writeFileSync(path, whole);
  }
}

/** Says which tests do not pass without any defect: they would prove nothing. */
async function failingWithout(
  scratch: Scratch,
  base: string,
  defects: readonly Defect[],
): Promise<readonly string[]> {
  const report = await tested(scratch, base, defects);
  return defects.flatMap(defect => {
    const { is, why } = outcomeOf(report, defect);
    return is === 'survived' ? [] : [`${defect.test}, "${defect.title}": ${why}`];
  });
}

/** Returns the folders with the compiler's settings for the files of some defects. */
function projectsOf(tree: string, defects: readonly Defect[]): string[] {
  const folders = defects.map(({ file }) => {
    let folder = dirname(file);
    while (!existsSync(join(tree, folder, 'tsconfig.json'))) folder = dirname(folder);
    return folder;
  });
  return [...new Set(folders)];
}

/** Returns what the compiler says about all defects together: what it finds no test has to find. */
async function compiled(scratch: Scratch, tree: string, defects: readonly Defect[]): Promise<string> {
  const compiler = [join(tree, 'node_modules/typescript/bin/tsc'), '-b', ...projectsOf(tree, defects)];
  const files = [...new Set(defects.map(({ file }) => file))];
  const whole = new Map(files.map(file => [file, readFileSync(join(tree, file), 'utf8')]));
  for (const [file, text] of whole) {
    const of = defects.filter(defect => defect.file === file);
    writeFileSync(join(tree, file), brokenByAll(of, text));
  }
  const { code, printed } = await scratch.run(tree, compiler, PROGRAM_MS_MAX);
  for (const [file, text] of whole) writeFileSync(join(tree, file), text);
  // It wrote what it compiled.
  await scratch.run(tree, compiler, PROGRAM_MS_MAX);
  return code === 0 ? '' : printed.trim();
}

const seconds = (sinceMs: number) => ((performance.now() - sinceMs) / 1000).toFixed(1);

function say(defect: Defect, { is, why }: Outcome, tookS: string): void {
  const word = { caught: 'caught  ', survived: 'SURVIVED', unclear: 'UNCLEAR ' }[is];
  console.log(`${word} ${tookS.padStart(6)} s  ${defect.name}\n                   ${why}`);
}

/** Tries defects, some at a time, and prints a line for each. @returns how many were caught */
async function triedAll(scratch: Scratch, base: string, defects: readonly Defect[], jobs: number) {
  // Those of images last: what they build stays in their tree.
  const waiting = [...defects].sort(
    (one, other) => Number(one.image ?? false) - Number(other.image ?? false),
  );
  let caught = 0;
  const work = async (tree: string) => {
    for (let defect = waiting.shift(); defect !== undefined; defect = waiting.shift()) {
      const began = performance.now();
      const outcome = await tried(scratch, tree, defect);
      if (outcome.is === 'caught') caught++;
      say(defect, outcome, seconds(began));
    }
  };
  const trees = Array.from({ length: jobs }, (_, job) =>
    job === 0 ? base : scratch.copy(base, `job-${job}`),
  );
  await Promise.all(trees.map(work));
  return caught;
}

/**
 * Puts one defect after the other into a copy of the tree, and demands that its test fails by an assertion.
 *
 * @param root the tree, which is only read
 * @param args `--sample N`, `--seed S`, `--jobs J`, and a part of the names of the defects to try
 * @returns the exit code: 0 when all were caught
 */
export async function runDefects(
  root: string,
  args: readonly string[],
  table: readonly Defect[] = DEFECTS,
): Promise<number> {
  const began = performance.now();
  const options = optionsOf(args);
  const defects = chosen(table, options);
  if (defects.length === 0) throw new Error(`no defect is named "${options.name}"`);
  for (const defect of defects) broken(defect, readFileSync(join(root, defect.file), 'utf8'));
  if (options.sample !== undefined)
    console.log(
      `${defects.length} of ${table.length} defects; the same ones: npm run mutants -- --sample ${options.sample} --seed ${options.seed}`,
    );
  const scratch = new Scratch();
  try {
    const base = scratch.copy(root, 'without-defect');
    const refused = await compiled(scratch, base, defects);
    if (refused !== '') {
      console.log(`the compiler refuses a defect, so that no test has to:\n${refused}`);
      return 1;
    }
    const failing = await failingWithout(scratch, base, defects);
    for (const line of failing) console.log(`does not pass without a defect: ${line}`);
    if (failing.length > 0) return 1;
    const caught = await triedAll(scratch, base, defects, options.jobs);
    console.log(`\n${caught} of ${defects.length} defects caught in ${seconds(began)} s`);
    return caught === defects.length ? 0 : 1;
  } finally {
    scratch.remove();
  }
}
