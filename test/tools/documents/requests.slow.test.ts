import { openApiOf } from '@passfob/service/http/api/describe/openapi';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { Bureau } from '../../service/api/kit.ts';
import { ocraToken } from '../../service/challenges/http-kit.ts';
import { add, apiKeyOf, newToken } from '../../service/kit.ts';
import { blocksOfKind, type DocumentedBlock } from './documented.ts';
import { documentedStatuses, statusesOf } from './requests.ts';

const titled = (blocks: readonly DocumentedBlock[]) => blocks.map(block => [block.title, block] as const);

describeNeeds(needsTool('curl'), 'requests in docs/', () => {
  it.each(titled(blocksOfKind('requests of an application')))(
    'the requests get the documented answers: %s',
    async (_, block) => {
      await using bureau = await Bureau.open();
      const { service } = bureau;
      await add(service, newToken());
      await add(service, ocraToken({ serial: 'FOB-2' }));
      const statuses = await statusesOf(block, {
        url: service.url,
        key: apiKeyOf(service),
        // Nobody answers, so that the wait would take its whole time.
        filled: [['"waitMs\\":20000', '"waitMs\\":500']],
      });
      expect(statuses).toEqual(documentedStatuses(block));
    },
  );

  it.each(titled(blocksOfKind('requests of an administrator')))(
    'the requests get the documented answers: %s',
    async (_, block) => {
      await using bureau = await Bureau.open();
      const { service } = bureau;
      await add(service, newToken({ serial: 'FOB-7' }));
      const admin = await bureau.key('admin');
      const { json } = await bureau.ask('GET', '/v1/applications', admin);
      const applications = json.applications as readonly { id: string; name: string }[];
      const id = applications.find(({ name }) => name === 'login')?.id;
      const statuses = await statusesOf(block, {
        url: service.url,
        key: admin.authorization?.replace('Bearer ', '') ?? '',
        filled: [['"applicationId": "…"', `"applicationId": "${id}"`]],
      });
      expect(statuses).toEqual(documentedStatuses(block));
    },
  );
});

describe('answers in docs/', () => {
  it.each(titled(blocksOfKind('answer of POST /v1/challenges')))(
    'the answer fits the OpenAPI description: %s',
    async (_, block) => {
      await using bureau = await Bureau.open();
      const described = openApiOf(bureau.routes, { version: '0.1.0', cookie: 'session' });
      const ajv = new Ajv2020({ strict: false });
      ajv.addSchema(JSON.parse(JSON.stringify(described)) as object, 'api');
      const place = '#/paths/~1v1~1challenges/post/responses/200/content/application~1json/schema';
      const fits = ajv.compile({ $ref: `api${place}` });
      expect([fits(JSON.parse(block.text)), fits.errors]).toEqual([true, null]);
    },
  );
});
