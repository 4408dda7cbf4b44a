import { expect, it } from 'vitest';
import { itNeeds } from '../../kit/tools.ts';
import { rawSocket } from '../../service/flood/attacks.ts';
import { needsLinux } from '../../service/flood/kit.ts';
import { Rig } from '../../service/kit.ts';
import { watchApp } from '../../service/served.ts';
import { codeFiles } from '../../tools/tidy/files.ts';
import { scan } from '../../tools/tidy/scan.ts';
import { serviceDoors } from './service.ts';

/** Ways in which bytes from outside of the process reach a source file. */
const OPENINGS = [
  /\b(?:createServer|createSocket|createTransport|addContentTypeParser|createConnection)\(/g,
  /\bregister\(websocket\b/g,
  /(?<![.\w])request\(/g,
  /\.(?:on|once|prependListener)\(\s*'(?:connection|secureConnection|upgrade|data|notification)'/g,
  /\.formData\(/g,
];

it('each source file of the service that opens itself to the outside is in the row of a door', () => {
  const open = codeFiles
    // The page and the examples of deployment are no part of the service's process.
    .filter(({ path }) => /^service\/(?!portal\/|deploy\/)/.test(path))
    .filter(({ text }) => {
      const { code } = scan(text);
      // In comments and strings the code is blank.
      return OPENINGS.some(opening => [...text.matchAll(opening)].some(({ index }) => code[index] !== ' '));
    })
    .map(({ path }) => path);
  const named = new Set(serviceDoors.flatMap(({ files }) => files));
  expect(open.length).toBeGreaterThan(8);
  expect(open.filter(path => !named.has(path))).toEqual([]);
});

it('the body of every route comes in by exactly one door, and is no longer than the door says', async () => {
  await using rig = new Rig();
  const { routes } = await watchApp(() => rig.start());
  expect(routes.length).toBeGreaterThan(400);
  const wrong = routes.filter(route => {
    const taking = serviceDoors.filter(({ takes }) => takes?.(route) === true);
    // GET and HEAD read no body at all.
    const bodyBytes = ['GET', 'HEAD'].includes(route.method) ? 0 : (route.bodyMaxBytes ?? 0);
    return taking.length !== 1 || bodyBytes > (taking[0]?.bytesMax ?? 0);
  });
  expect(wrong.map(({ method, path, bodyMaxBytes }) => `${method} ${path} ${bodyMaxBytes}`)).toEqual([]);
});

itNeeds(needsLinux, 'the paths that a WebSocket can open are those of a door', async () => {
  await using rig = new Rig();
  const { result, routes } = await watchApp(() => rig.start());
  const paths = routes.filter(({ method }) => method === 'GET').map(({ path }) => path.replace(/:\w+/g, '1'));
  const opened: string[] = [];
  for (const [at, path] of [...new Set(paths)].entries()) {
    const connection = await rawSocket(result.url, path, `127.0.1.${1 + (at % 250)}`);
    if (connection.status === 101) opened.push(path);
    connection.socket.destroy();
  }
  expect(opened.sort()).toEqual(serviceDoors.flatMap(({ sockets = [] }) => sockets).sort());
});
