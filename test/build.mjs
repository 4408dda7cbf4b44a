// Builds for another command of package.json (`node test/build.mjs && …`): says that it builds only where a source has
// changed, and leaves out what `npm run build` prints, such as the sizes of the images, unless the build fails.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The last step of the build; with `--check` it prints the first source that has changed since. */
const STAMP = 'firmware/dist/build/stamp.js';
/** One of the files that the last step writes. */
const RECORD = 'demo/dist/sources.json';

function whatItDoes() {
  // Two cores take this long for everything.
  if (!existsSync(STAMP) || !existsSync(RECORD)) return 'Building (about half a minute) …';
  const changed = execFileSync(process.execPath, [STAMP, '--check'], { encoding: 'utf8' }).trim();
  return changed === '' ? undefined : 'Building …';
}

const does = whatItDoes();
if (does !== undefined) console.error(does);
const npm = process.env.npm_execpath;
const [program, ...first] = npm === undefined ? ['npm'] : [process.execPath, npm];
const { status, stdout } = spawnSync(program, [...first, 'run', '--silent', 'build'], {
  stdio: ['ignore', 'pipe', 'inherit'],
  encoding: 'utf8',
});
if (status !== 0) {
  process.stdout.write(stdout ?? '');
  process.exitCode = status ?? 1;
}
