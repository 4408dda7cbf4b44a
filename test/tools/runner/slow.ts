/** The end of a test file's name that leaves it to `npm run test:long`. */
const SLOW_END = '.slow.test.ts';

/** Every slow file, for a configuration's `include` and `exclude`. */
export const SLOW_FILES = `**/*${SLOW_END}`;

/** Whether a test file is left to `npm run test:long`. */
export const isSlowFile = (path: string): boolean => path.endsWith(SLOW_END);

/**
 * The paths among the arguments of the test command.
 *
 * @param args file filters and options of vitest; `--option value` is an option and its value
 */
export function pathsIn(args: readonly string[]): string[] {
  const isOption = (arg: string | undefined) => arg !== undefined && /^-/.test(arg);
  return args.filter((arg, at) => {
    const before = args[at - 1];
    return !isOption(arg) && !(isOption(before) && !before?.includes('='));
  });
}

/**
 * Whether a run of these paths takes slow files: where a path names one, and where it has no others. As vitest does, a path is
 * looked for anywhere in a file's.
 *
 * @param files every test file, from the root, with `/`
 */
export function takesSlow(paths: readonly string[], files: readonly string[]): boolean {
  return paths.some(path => {
    const wanted = path.replace(/^\.\//, '');
    const found = files.filter(file => file.includes(wanted));
    return found.length > 0 && (wanted.includes('.slow') || found.every(isSlowFile));
  });
}
