import { grouped, type Part, type Table } from './record.ts';

const PEOPLE = [1_000, 100_000, 10_000_000];
const LOG_INS_A_DAY = 5;
const SECONDS_A_DAY = 86_400;
/** All who come in the same morning hour, and more: so many times the mean. */
const PEAK_TIMES = 10;
const DAYS_KEPT = 30;
const [KB, MB, GB, TB] = [1e3, 1e6, 1e9, 1e12];

const perSecond = (people: number) => (people * LOG_INS_A_DAY) / SECONDS_A_DAY;

/** Log-ins a second of the greatest company, through the day and at its peak. */
export const MEAN = Math.floor(perSecond(Math.max(...PEOPLE)));
export const PEAK = MEAN * PEAK_TIMES;

function bytes(count: number): string {
  if (count >= TB) return `${grouped(count / TB, 1)} TB`;
  if (count >= GB) return `${grouped(count / GB, 1)} GB`;
  if (count >= MB) return `${grouped(count / MB)} MB`;
  return `${grouped(count / KB)} kB`;
}

const rate = (count: number) => `${grouped(count, count < 10 ? 2 : 0)} /s`;

/** Returns what companies of three sizes need, by the day of ten million people that was measured (`day.bench.ts`). */
export function capacityTable(measures: NonNullable<Part['measures']>): Table {
  const of = (name: string) => measures[name] ?? Number.NaN;
  // Few log-ins share a commit where few come: the dearer figure of the two holds for them.
  const cores = (count: number) =>
    count > 2 * MEAN ? (of('coresAtPeak') / PEAK) * count : (of('coresAtMean') / MEAN) * count;
  const aDay = (people: number) => people * LOG_INS_A_DAY;
  const row = (label: string, figure: (people: number) => string) => [label, ...PEOPLE.map(figure)];
  const postgres = of('postgresPerSecond');
  return {
    head: ['people', ...PEOPLE.map(people => grouped(people))],
    rows: [
      row('log-ins a second, mean of 24 hours', people => rate(perSecond(people))),
      row('log-ins a second, at the peak', people => rate(perSecond(people) * PEAK_TIMES)),
      row('SQLite: cores of the service, mean', people => grouped(cores(perSecond(people)), 4)),
      row('SQLite: cores of the service, peak', people => grouped(cores(perSecond(people) * PEAK_TIMES), 3)),
      row('SQLite: memory of the service, at most', () => bytes(of('memoryBytes'))),
      row('PostgreSQL on the same two cores: enough for the peak', people =>
        perSecond(people) * PEAK_TIMES <= postgres
          ? 'yes'
          : `no: ${rate(postgres)} of ${rate(perSecond(people) * PEAK_TIMES)}`,
      ),
      row('database: people and tokens', people => bytes(of('personBytes') * people)),
      row('database: log-ins of a day', people => bytes(of('eventBytes') * aDay(people))),
      row(`database: log-ins of ${DAYS_KEPT} days`, people =>
        bytes(of('eventBytes') * aDay(people) * DAYS_KEPT),
      ),
      row('lines of the log of a day', people => bytes(of('logLineBytes') * aDay(people))),
    ],
  };
}
