import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../tidy/files.ts';
import { pictures } from './page.ts';
import { drawPlot, type Plot } from './plot.ts';
import { recorded } from './record.ts';

describe('the figures of docs/performance.md', () => {
  it('have no pictures but those that are drawn from them', () => {
    const files = readdirSync(join(root, 'docs/images')).filter(name => name.startsWith('bench-'));
    const drawn = pictures().map(({ path }) => path);
    expect(files.map(name => `docs/images/${name}`).sort()).toEqual(drawn.sort());
  });

  it('name the machine, the versions, the day and the load', () => {
    for (const part of Object.values(recorded())) {
      expect(part.at).toMatch(/^\d{4}-\d\d-\d\d$/);
      expect(part.conditions.join('; ')).toMatch(
        /cores of .*Node \d+.*load [\d.]+ at the start, [\d.]+ at the end/,
      );
    }
  });
});

describe('a plot', () => {
  const point = (x: number, median: number) => ({ x, least: median - 1, median, most: median + 2 });
  const plot: Plot = {
    name: 'sample',
    title: 'Time <of> a "sample"',
    x: { label: 'tokens' },
    y: { label: 'milliseconds' },
    series: [
      { name: 'ours', points: [point(10, 5), point(1_000, 7)] },
      { name: 'yardstick', points: [point(10, 3), point(1_000, 4)] },
    ],
  };

  it('says its figures in words for readers who do not see it', () => {
    const [, said = ''] = /<desc[^>]*>(.*)<\/desc>/.exec(drawPlot(plot)) ?? [];
    expect(said).toContain('ours: 5 (4 to 7) at 10; 7 (6 to 9) at 1,000.');
    expect(said).toContain('yardstick: 3 (2 to 5) at 10');
    expect(said).toMatch(/^Time &#60;of&#62; a &#34;sample&#34;/);
  });

  it('needs no colour to tell its lines apart, and is drawn for dark pages too', () => {
    const drawn = drawPlot(plot);
    expect(drawn).toContain('prefers-color-scheme: dark');
    expect(drawn.replace(/<style>[\s\S]*<\/style>/, '')).not.toMatch(/#[0-9a-f]{6}|fill="|stroke="/);
    expect(drawn).toContain('stroke-dasharray="8 4"');
    expect(drawn.match(/<circle/g)).toHaveLength(3);
  });
});
