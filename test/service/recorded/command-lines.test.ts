import { test } from 'vitest';
import { PushFob } from '../push/kit.ts';
import { serviceCommandReading } from '../serve/command.ts';
import { startedService } from '../users/kit.ts';
import { ascendingIds, Recording } from './kit.ts';

/** Commands in an order in which each is possible. Their help is in `host/passfob.1`, which is compared, too. */
const COMMANDS = [
  ...['fingerprint', 'fingerprint --json', 'config', 'config --json', 'audit verify', 'audit verify --json'],
  ...['admin-link', 'admin-link --json', 'admin-link --port 8999'],
  ...['application-key', 'application-key VPN --yes', 'application-key console --yes'],
  ...['application-key --dry-run --yes', 'application-key --yes', 'application-key login --yes --json'],
  ...['radius-client list', 'radius-client add gate --address 192.0.2.10 --application login'],
  ...['radius-client add gate --address 192.0.2.11 --application login'],
  ...['radius-client add other --address 192.0.2.300 --application login'],
  ...['radius-client add other --address 192.0.2.11 --application none'],
  ...[
    'radius-client list',
    'radius-client list --json',
    ...['add', 'add door', 'forget gate'].map(words => `radius-client ${words}`),
    'radius-client change gate --rename door --push wait',
  ],
  ...[
    'radius-client change none --push wait',
    'radius-client remove door',
    'radius-client remove door --yes',
  ],
  ...[
    'radius-client remove door --yes',
    'bounce',
    'backup DIR/copy',
    'backup DIR/copy',
    'backup DIR/copy-2 --json',
  ],
  ...['restore DIR/copy', 'rekey', 'rekey --json', 'status --url URL', 'status --url URL --json'],
  ...['status --url http://127.0.0.1:9', 'frobnicate', 'config --frobnicate'],
];

test('the commands of the service print what the record says', async () => {
  using _ = ascendingIds();
  await using service = await startedService({ background: false });
  const { office, rig } = service;
  await office.users('ada');
  await PushFob.of(office, 'ada');
  const record = new Recording(office);
  await record.audited();
  // Commands have the computer's clock, and the widths of columns come from the folder's name.
  const placed = (line: string) =>
    line
      .replaceAll(rig.directory, 'DIR')
      .replace(/\b1[789]\d{11}\b|\b20\d\d-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
      .replace(/ {3,}/g, '  ');
  for (const command of COMMANDS) {
    const words = command
      .split(' ')
      .map(word => word.replace('DIR', rig.directory).replace('URL', service.url));
    const place = words[0] === 'status' ? [] : ['--dir', rig.directory];
    const { exitCode, out, note } = await serviceCommandReading('hello', rig.directory, ...words, ...place);
    const said = [
      `exit code ${exitCode}`,
      ...out.split('\n'),
      ...note.split('\n').map(line => `beside: ${line}`),
    ];
    const lines = said.filter(line => line !== '' && line !== 'beside: ');
    record.add(command, [...lines, ...(await record.audited())].map(placed));
  }
  record.compare('command-lines.txt');
});
