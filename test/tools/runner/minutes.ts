import { appendFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import type { Plugin } from 'vitest/config';
import type { TestModule } from 'vitest/node';

/** The area of a test file: the level and the part, or the subject of the service. */
function areaOf(root: string, file: string): string {
  const [level = '', part = '', third] = relative(root, file).split(sep).slice(1);
  return third === undefined ? level : `${level}/${part}`;
}

/** Milliseconds that a file took, loading included. */
function took(module: TestModule): number {
  const { environmentSetupDuration, prepareDuration, collectDuration, setupDuration, duration } =
    module.diagnostic();
  return environmentSetupDuration + prepareDuration + collectDuration + setupDuration + duration;
}

/** `area, tab, milliseconds, tab, file`, where the file is named from the root, with the project where it runs in another too. */
function lineOf(root: string, module: TestModule): string {
  const file = relative(root, module.moduleId).split(sep).join('/');
  const where = module.project.name === 'postgresql' ? `${file} (on PostgreSQL)` : file;
  return `${areaOf(root, module.moduleId)}\t${Math.round(took(module))}\t${where}\n`;
}

/**
 * Appends to the file `PASSFOB_MINUTES_FILE` a line for each test file. A plugin and no reporter: reporters of the command line
 * take the place of those of a configuration.
 */
export const minutes: Plugin = {
  name: 'minutes by area',
  configureVitest({ vitest, project }) {
    const path = process.env.PASSFOB_MINUTES_FILE;
    if (!path) return;
    vitest.onClose(() => {
      const lines = vitest.state
        .getTestModules()
        .filter(module => module.project.name === project.name)
        .map(module => lineOf(vitest.config.root, module));
      appendFileSync(path, lines.join(''));
    });
  },
};
