import { expectAlone, inside } from './host-rows.ts';
import { imported, type Row } from './row.ts';

export const demoRows: readonly Row[] = [
  {
    file: 'the folder of the demo',
    sources: ['demo/play/home.ts', 'demo/show.ts', 'host/file-lock.ts'],
    writers: 'npm start -- --keep, npm start -- --keep of the same folder',
    prepare: ({ at }) => {
      const open = `
        ${imported('openHome', 'demo/dist/play/home.js')}
        const home = openHome(${JSON.stringify(at('demo'))});
        ${inside(at('log'))}
        home.close();`;
      return [open, open];
    },
    holds: (attempt, ended) => expectAlone(attempt, ended, 'use'),
  },
];
