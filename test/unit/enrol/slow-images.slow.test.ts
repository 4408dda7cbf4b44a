import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { deflateSync } from 'node:zlib';
import { processLimits } from '@passfob/service/base/limits/process';
import { IMAGES_WAITING_MAX } from 'passfob/enrol/limits';
import { readQrTexts } from 'passfob/enrol/qr';
import { expect, it } from 'vitest';
import { built } from '../../kit/built.ts';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, itNeeds } from '../../kit/tools.ts';
import { needsLinux } from '../../service/flood/kit.ts';
import { Premises } from '../../service/serve/kit.ts';
import { failure } from '../host/kit/failure.ts';
import { cliMain, needsBuild } from '../host/kit/simulated-fob.ts';
import { finders, png, pngOf, qrPicture } from './images.ts';

// Each process takes a second to start, more where other tests keep the machine busy.

/** Nine kilobytes, searched for longer than any image may take. */
const SLOW = png(finders(2_000));

/** The processes that a process has started and that run a program whose name has these words. */
function childrenOf(pid: number, words: string): number[] {
  const children = readdirSync(`/proc/${pid}/task`).flatMap(task =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return children.filter(child => readFileSync(`/proc/${child}/cmdline`, 'utf8').includes(words));
}

const decoders = (pid = process.pid) => childrenOf(pid, 'qr-process');

describeNeeds(needsBuild, 'images that are slow to search', () => {
  itNeeds(
    needsLinux,
    'the search of an image ends with the command, and other work goes on meanwhile',
    async () => {
      const ending = new AbortController();
      const read = failure(readQrTexts(SLOW, { signal: ending.signal }));
      await expect.poll(decoders).toHaveLength(1);
      ending.abort();
      expect([(await read).kind, decoders()]).toEqual(['cancelled', []]);
    },
  );

  it('the search of an image has a time limit', async () => {
    expect((await failure(readQrTexts(SLOW))).message).toBe('The image takes too long to search.');
  });

  itNeeds(needsLinux, 'images are searched one after the other, and refused where many wait', async () => {
    const image = png(await qrPicture('otpauth://totp/a?secret=AAAA'));
    const count = IMAGES_WAITING_MAX + 3;
    let most = 0;
    const watch = setInterval(() => {
      most = Math.max(most, decoders().length);
    }, 20);
    const read = await Promise.allSettled(Array.from({ length: count }, () => readQrTexts(image)));
    clearInterval(watch);
    expect(most).toBe(1);
    expect(read.filter(({ status }) => status === 'rejected')).toEqual(
      Array(2).fill({ status: 'rejected', reason: expect.objectContaining({ kind: 'bad-input' }) }),
    );
  });

  it('the memory of the decoder is bounded', async () => {
    const [width, height] = [3_000, 2_000];
    const rows = deflateSync(Buffer.alloc((width * 4 + 1) * height));
    const image = pngOf({ width, height, colourType: 6 }, rows);
    const answer = async (bytes: number) => {
      const child = spawn(process.execPath, [built('host/dist/enrol/qr-process.js'), String(bytes), '60000']);
      let said = '';
      child.stdout.on('data', chunk => {
        said += chunk;
      });
      child.stdin.end(image);
      await once(child, 'close');
      return said;
    };
    expect([await answer(128_000_000), await answer(40_000_000)]).toEqual(['[]', 'null']);
  });

  it('passfob import ends at SIGTERM while it searches an image', async () => {
    const home = mkdtempSync(join(tmpdir(), 'passfob-images-'));
    try {
      const path = join(home, 'slow.png');
      writeFileSync(path, SLOW);
      const command = spawn(process.execPath, [cliMain, 'import', path, '--dry-run'], {
        env: { ...process.env, PASSFOB_HOME: home },
      });
      const ended = once(command, 'close');
      await expect.poll(() => decoders(command.pid)).toHaveLength(1);
      command.kill('SIGTERM');
      expect(await ended).toEqual([13, null]);
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  itNeeds(needsLinux, 'the service answers while it searches an image, and ends at SIGTERM', async () => {
    await using premises = new Premises();
    const { started, pid, kill, ended } = await premises.serve(['--admin-link']);
    const { url } = started;
    const own = { origin: url, 'sec-fetch-site': 'same-origin' };
    const key = secret(new URL(started.adminLink ?? '').searchParams.get('key') ?? '');
    const entered = await fetch(`${url}/operator/enter`, {
      method: 'POST',
      body: new URLSearchParams({ key, act: 'enter' }),
      headers: own,
      redirect: 'manual',
    });
    const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
    const page = await (await fetch(`${url}/operator/jobs`, { headers: { cookie } })).text();
    const form = new FormData();
    form.set('csrf', secret(/name="csrf" value="([^"]+)"/.exec(page)?.[1] ?? 'none'));
    form.set('password', '');
    form.set('userFrom', 'label');
    form.set('file', new Blob([SLOW as Uint8Array<ArrayBuffer>]), 'slow.png');
    const headers = { ...own, cookie };
    const upload = fetch(`${url}/operator/import`, { method: 'POST', body: form, headers });
    const cut = upload.then(
      ({ status }) => status,
      () => 'cut',
    );
    await expect.poll(() => decoders(pid)).toHaveLength(1);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    kill('SIGTERM');
    // The usual time of a service that is told to stop, with as much again for a busy machine.
    const late = wait(2 * processLimits.closingMs, 'late', { ref: false });
    expect(await Promise.race([ended, late])).toEqual({ code: 0, signal: null });
    expect([422, 'cut']).toContain(await cut);
  });
});
