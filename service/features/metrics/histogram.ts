/** Numbers by the values of their labels, in the order in which these first came up. */
export interface Counter {
  add(labels: Labels, by?: number): void;
  lines(name: string): string[];
}

export type Labels = Readonly<Record<string, string>>;

export function makeCounter(): Counter {
  const values = new Map<string, number>();
  return {
    add(labels, by = 1) {
      const key = labelText(labels);
      values.set(key, (values.get(key) ?? 0) + by);
    },
    lines: name => [...values].map(([labels, value]) => `${name}${labels} ${value}`),
  };
}

/** How often values were up to each bound, as Prometheus has it: each bucket holds those before it. */
export interface Histogram {
  observe(labels: Labels, value: number): void;
  lines(name: string): string[];
}

interface Observed {
  readonly labels: Labels;
  readonly counts: number[];
  sum: number;
  count: number;
}

/** @param bounds rising */
export function makeHistogram(bounds: readonly number[]): Histogram {
  const all = new Map<string, Observed>();
  return {
    observe(labels, value) {
      const key = labelText(labels);
      const observed = all.get(key) ?? { labels, counts: bounds.map(() => 0), sum: 0, count: 0 };
      all.set(key, observed);
      const bucket = bounds.findIndex(bound => value <= bound);
      if (bucket >= 0) observed.counts[bucket] = (observed.counts[bucket] ?? 0) + 1;
      observed.sum += value;
      observed.count += 1;
    },
    lines: name => [...all.values()].flatMap(observed => linesOf(name, bounds, observed)),
  };
}

function linesOf(
  name: string,
  bounds: readonly number[],
  { labels, counts, sum, count }: Observed,
): string[] {
  let below = 0;
  const buckets = bounds.map((bound, index) => {
    below += counts[index] ?? 0;
    return `${name}_bucket${labelText({ ...labels, le: String(bound) })} ${below}`;
  });
  return [
    ...buckets,
    `${name}_bucket${labelText({ ...labels, le: '+Inf' })} ${count}`,
    `${name}_sum${labelText(labels)} ${sum}`,
    `${name}_count${labelText(labels)} ${count}`,
  ];
}

/** Labels as the text format writes them, with the three characters escaped that it knows escapes for. */
export function labelText(labels: Labels): string {
  const escaped = (value: string) =>
    value.replace(/[\\"\n]/g, character => (character === '\n' ? '\\n' : `\\${character}`));
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
