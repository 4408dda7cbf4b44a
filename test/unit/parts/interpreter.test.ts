import { pbkdf2Sync } from 'node:crypto';
import { expect } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { Interpreter } from '../../kit/interpreter.ts';
import { itNeeds, needsEspruino } from '../../kit/tools.ts';
import { partCode } from './kit.ts';

itNeeds(
  needsEspruino(),
  "the real interpreter counts attempts, derives a key from a PIN and reports an event's error to the loop",
  async binary => {
    const folder = temporaryFolder('parts');
    const code = await partCode({
      StorageAttemptCounter: 'attempt-counter',
      NativeKeyDerivation: 'key-derivation',
      Loop: 'run',
    });
    const printed = await new Interpreter([binary], folder).run(
      `${code};var m=new StorageAttemptCounter(),s=new NativeKeyDerivation(),good=0;
       for(var i=0;i<1030;i++)if(m.add())good++;
       print("MARKS",good,m.count(),require("Storage").read("marks1").indexOf("\\xff"));
       var n=s.iterations();print("ROUNDS",n>=500&&n<=20000);
       print("KEY",s.derive(E.toUint8Array("1234"),new Uint8Array(16).fill(7),777).join());
       var fob={deadline:-1,receive:function(){throw new Error("broken")},fault:function(){print("FAULT")}};
       var loop=new Loop(fob,{read:function(){return 7}},function(){return 0});
       setTimeout(function(){loop.receive("x")},1);
       setTimeout(function(){var a=[];for(;;)a.push("0123456789012345678901234567890123456789"+a.length)},20);
       setTimeout(function(){quit()},9000);`,
      /FAULT[\s\S]*FAULT|Uncaught/,
    );
    expect(printed).toContain('MARKS 1030 1030 6');
    expect(printed).toContain('ROUNDS true');
    const key = pbkdf2Sync('1234', Buffer.alloc(16, 7), 777, 32, 'sha256');
    expect(printed).toContain(`KEY ${[...key].join()}`);
    expect(printed).toMatch(/FAULT/);
    expect(printed).not.toContain('Uncaught');
  },
);
