import { describeNeeds, needsEspruino } from '../../kit/tools.ts';
import { InterpreterDriver } from './interpreter-driver.ts';
import { conformance } from './suite.ts';

describeNeeds(needsEspruino(), 'the bench image on the real interpreter', binary => {
  conformance(() => InterpreterDriver.make(binary));
});
