import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createApplication } from '@passfob/service/subjects/applications/acts';
import { createRadiusClient } from '@passfob/service/subjects/radius-clients/acts';
import { expect, test } from 'vitest';
import { until } from '../agents/kit.ts';
import { Scene } from '../agents/scene.ts';
import { accepted, grace } from '../users/kit.ts';
import { ACCEPT, ClientSocket, madeSecret } from './kit.ts';

const HERE = '127.0.0.1';

test('for a waiting client the fob shows no number, and its press logs in', async () => {
  await using scene = await Scene.open({ radius: [{ address: HERE, port: 0 }] });
  const { management } = scene.office;
  const { application } = accepted(
    await createApplication(management, grace, { name: 'vpn', factors: 'otp' }),
  );
  const given = { name: 'gate', address: HERE, applicationId: application.id, push: 'wait' } as const;
  const shared = madeSecret(accepted(await createRadiusClient(management, grace, given)));
  const ada = await scene.ready('ada');
  const udp = createSocket('udp4').bind(0, HERE);
  try {
    await once(udp, 'listening');
    const client = new ClientSocket(udp, scene.service.radius[0]?.port ?? 0, shared);
    const answering = client.ask({ user: 'ada', password: '' });
    await until(() => ada.fob.screen.join(' ').includes('ada'), 'the request on the fob');
    expect(ada.fob.screen.filter(line => /^\d\d$/.test(line))).toEqual([]);
    ada.fob.approve();
    expect((await answering).code).toBe(ACCEPT);
  } finally {
    udp.close();
  }
});
