import { LETTERS } from 'passfob/cli/base/common-options';
import { helpAt } from 'passfob/cli/command-help';
import { helpOf } from 'passfob/cli/command-line';
import { absentCommands } from 'passfob/cli/installed';
import { commandTable } from 'passfob/cli/table';
import { expect, it } from 'vitest';

/** The options and choices that yargs shows in a help text. */
function optionsIn(help: string) {
  return [...help.matchAll(/^\s+(?:-(\w), )?--([\w-]+)(.*)$/gm)].map(([, letter, name, text = '']) => ({
    name,
    letter,
    isValued: !text.includes('[boolean]'),
    choices: [...(/\[choices: (.*?)\]/.exec(text)?.[1] ?? '').matchAll(/"([^"]*)"/g)].map(([, one]) => one),
  }));
}

const byName = (one: { name?: string | undefined }, other: { name?: string | undefined }) =>
  (one.name ?? '') < (other.name ?? '') ? -1 : 1;

it('the outline of each command, which completions use, has the options of its help by yargs', async () => {
  const paths = (await commandTable())
    .filter(({ takeOver }) => takeOver === undefined)
    .map(({ name }) => name.split(' '));
  expect(paths.length).toBeGreaterThan(40);
  for (const path of [[], ...paths]) {
    const outlined = (await helpAt(path)).options.map(({ name, letter, isValued, choices }) => ({
      name,
      letter,
      isValued,
      choices,
    }));
    expect(outlined.sort(byName), path.join(' ')).toEqual(optionsIn(await helpOf(path)).sort(byName));
  }
});

it('an option has the same letter in every command, and no two options of a command share one', async () => {
  for (const { name, takeOver } of await commandTable()) {
    if (takeOver !== undefined) continue;
    const { options } = await helpAt(name.split(' '));
    const lettered = options.filter(({ letter }) => letter !== undefined);
    expect(new Set(lettered.map(({ letter }) => letter)).size, name).toBe(lettered.length);
    const letters: Readonly<Record<string, string>> = { ...LETTERS, help: 'h', version: 'V' };
    for (const option of options)
      expect([option.name, option.letter]).toEqual([option.name, letters[option.name]]);
  }
  expect(new Set(Object.values(LETTERS)).size).toBe(Object.keys(LETTERS).length);
});

it('the placeholders of the commands of the service have the descriptions of its package', async () => {
  const table = await commandTable();
  for (const { name, describe } of absentCommands) {
    expect(table.find(entry => entry.name === name)?.describe).toBe(describe);
  }
});
