import { expect, test } from 'vitest';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { add, codeAt, codeNow, newToken, stepAt } from '../kit.ts';
import { RadiusRig } from './kit.ts';
import { radclient } from './programs.ts';

describeNeeds(needsTool('radclient'), 'radclient of FreeRADIUS', path => {
  test('radclient gets accept, reject and challenge', async () => {
    await using rig = await RadiusRig.open();
    const token = await add(rig.service, newToken());
    const gate = { port: rig.port, shared: rig.secret };
    const ask = (password: string, more = '') =>
      radclient(path, gate, `User-Name = "ada", User-Password = "${password}"${more}\n`);
    const passcode = codeNow(token, rig.nowMs);
    const accept = await ask(passcode, ', Proxy-State = 0x6f6e65');
    expect(accept.text).toContain('Received Access-Accept');
    expect(accept.text).toContain('Proxy-State = 0x6f6e65');
    expect(accept.code).toBe(0);
    const reject = await ask(passcode);
    expect(reject.text).toContain('Received Access-Reject');
    expect(reject.text).toContain('Reply-Message = "The user name or passcode was not accepted."');
    expect(reject.code).not.toBe(0);
    const ahead = (steps: number) => codeAt(token, stepAt(token, rig.nowMs) + steps);
    const challenge = await ask(ahead(10));
    expect(challenge.text).toContain('Received Access-Challenge');
    const state = /State = (0x[0-9a-f]+)/.exec(challenge.text)?.[1];
    const again = await ask(ahead(11), `, State = ${state}`);
    expect(again.text).toContain('Received Access-Challenge');
    expect(again.text).toContain('Your fob was found again');
    expect((await ask(ahead(12))).text).toContain('Received Access-Accept');
  });
});
