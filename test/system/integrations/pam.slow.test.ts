import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerPush } from '@passfob/service/subjects/push/delivery';
import { resetPin } from '@passfob/service/subjects/users/credentials/acts';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { codeNow } from '../../service/kit.ts';
import { PushFob } from '../../service/push/kit.ts';
import { RadiusRig } from '../../service/radius/kit.ts';
import { accepted, grace } from '../../service/users/kit.ts';
import { documented } from './documented.ts';

const PIN = secret('730194');

/**
 * From Debian's libpam-radius-auth, and libpam-wrapper, which makes PAM read another folder than the computer's own.
 */
const [radiusModule, wrapper] = ['security/pam_radius_auth.so', 'libpam_wrapper.so'].map(name =>
  readdirSync('/usr/lib', { withFileTypes: true })
    .filter(entry => entry.isDirectory() && entry.name.endsWith('-linux-gnu'))
    .map(({ name: folder }) => join('/usr/lib', folder, name))
    .find(path => existsSync(path)),
);
const pamtester = needsTool('pamtester');
const needed =
  radiusModule === undefined || wrapper === undefined
    ? { name: 'libpam-radius-auth and libpam-wrapper', found: undefined }
    : pamtester;

describeNeeds(needed, 'PAM with pam_radius_auth, pamtester and pam_wrapper', program => {
  /** A computer whose program `sshd` asks as docs/integrations/pam.md has it. */
  function computer(rig: RadiusRig) {
    const folder = mkdtempSync(join(tmpdir(), 'passfob-pam-'));
    const conf = join(folder, 'radius.conf');
    const lines = documented('pam', 'text', [
      ['192.0.2.1:1812', `127.0.0.1:${rig.port}`],
      ['SECRET', rig.secret],
    ]);
    writeFileSync(conf, lines, { mode: 0o600 });
    const service = documented('pam', 'pam', [
      ['pam_radius_auth.so', radiusModule ?? ''],
      ['/etc/pam_radius_auth.conf', conf],
    ]);
    for (const name of ['sshd', 'other']) writeFileSync(join(folder, name), service);
    const environment = { LD_PRELOAD: wrapper, PAM_WRAPPER: '1', PAM_WRAPPER_SERVICE_DIR: folder };
    /** Logs in, and answers the prompts one by one. */
    const logIn = async (answers: readonly (string | (() => Promise<string>))[]) => {
      const child = spawn(program, ['sshd', 'ada', 'authenticate'], {
        env: { ...process.env, ...environment },
      });
      let said = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', data => (said += String(data)));
      for (const answer of answers) {
        const before = said.length;
        while (!/[.:] ?$/.test(said.slice(before))) await new Promise(resolve => setTimeout(resolve, 10));
        child.stdin.write(`${typeof answer === 'string' ? answer : await answer()}\n`);
      }
      child.stdin.end();
      await once(child, 'close');
      return said;
    };
    return { logIn, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
  }

  test('PAM: a passcode lets in once, a press lets in, and a PIN that was reset is chosen again', async () => {
    await using rig = await RadiusRig.open('otp');
    const { management, store } = rig.office;
    await rig.office.users('ada');
    const fob = await PushFob.of(rig.office, 'ada');
    using host = computer(rig);
    const passcode = codeNow(fob.token, rig.nowMs);
    expect(await host.logIn([passcode])).toContain('successfully authenticated');
    expect(await host.logIn([passcode])).toContain('Authentication failure');
    const pressed = await host.logIn([
      '',
      async () => {
        const { question, ...claimed } = await fob.show();
        await answerPush(management, claimed, fob.answer(question));
        return '';
      },
    ]);
    expect(pressed).toMatch(/Hold the button of your fob for a second if it shows \d\d/);
    expect(pressed).toContain('successfully authenticated');

    await store.db.updateTable('tokens').set({ pin_place: 'service' }).execute();
    accepted(await resetPin(management, grace, { user: 'ada' }));
    const next = () => {
      rig.rig.clock.nowMs += 60_000;
      return codeNow(fob.token, rig.nowMs);
    };
    const chosen = await host.logIn([next(), PIN, PIN, async () => `${PIN}${next()}`]);
    expect(chosen).toContain('Choose a new PIN');
    expect(chosen).toContain('successfully authenticated');
  });
});
