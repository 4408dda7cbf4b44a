import { agentLimits } from '@passfob/service/base/limits/agents';
import { consoleLimits } from '@passfob/service/base/limits/console';
import { webLimits } from '@passfob/service/base/limits/web';
import { expect } from 'vitest';
import { itNeeds } from '../../kit/tools.ts';
import { Visitor } from '../console/kit.ts';
import { Rig } from '../kit.ts';
import { formHead, needsLinux, PARTS_TYPE, type RawConnection, raw } from './kit.ts';

const STRANGERS = ['127.0.0.2', '127.0.0.3', '127.0.0.4'];

/** Sends an agent's poll that states its length but whose body does not arrive. */
async function slowPoll(url: string, from: string): Promise<RawConnection> {
  const connection = await raw(url, from);
  await connection.send(formHead(url, '/agent/poll', 'application/json', agentLimits.agentPollBodyMaxBytes));
  return connection;
}

async function statusOf(url: string, from: string, head: string, body: string): Promise<number> {
  const connection = await raw(url, from);
  await connection.send(head + body);
  const status = await connection.answered();
  connection.socket.destroy();
  return status;
}

function importHead(url: string, cookie: string, length: number): string {
  return formHead(url, '/operator/import', PARTS_TYPE, length).replace('\r\n', `\r\ncookie: ${cookie}\r\n`);
}

itNeeds(
  needsLinux,
  'slow polls of strangers block neither an administrator’s import nor the poll of another source',
  async () => {
    await using rig = new Rig();
    const service = await rig.start({ clock: Date.now });
    const { url } = service;
    const visitor = new Visitor(service);
    await visitor.enter();
    const most = Math.floor(webLimits.publicBodiesOfSourceMaxBytes / agentLimits.agentPollBodyMaxBytes);
    const slow = await Promise.all(
      STRANGERS.flatMap(from => Array.from({ length: most }, () => slowPoll(url, from))),
    );
    const poll = JSON.stringify({ key: 'a'.repeat(43), from: 0, taken: 0, messages: ['x'.repeat(8_192)] });
    const pollHead = formHead(url, '/agent/poll', 'application/json', poll.length);
    const polled = await statusOf(url, '127.0.0.5', pollHead, poll);
    const file = `--b\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n${'x'.repeat(8_192)}\r\n--b--\r\n`;
    const imported = await statusOf(url, '127.0.0.5', importHead(url, visitor.cookie, file.length), file);
    for (const { socket } of slow) socket.destroy();
    // The poll has an unknown key, and the form lacks the session's token: both bodies were read.
    expect({ polled, imported }).toEqual({ polled: 404, imported: 403 });
  },
);

itNeeds(needsLinux, 'an import file over the limit is refused as too large, at any size', async () => {
  await using rig = new Rig();
  const service = await rig.start({ clock: Date.now });
  const visitor = new Visitor(service);
  await visitor.enter();
  const lengths = [consoleLimits.uploadMaxBytes + 1, webLimits.largeBodiesMaxBytes + 1];
  const statuses: number[] = [];
  for (const length of lengths) {
    const head = importHead(service.url, visitor.cookie, length);
    statuses.push(await statusOf(service.url, '127.0.0.2', head, ''));
  }
  expect(statuses).toEqual([413, 413]);
});
