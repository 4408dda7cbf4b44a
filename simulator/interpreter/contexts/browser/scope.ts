/**
 * The global scope of one boot where there is one realm only. Scripts run inside `with`, so that they find their global
 * names in an object of this boot. What a script declares at its top level are variables of a function, which are fast;
 * the object has accessors to them, for later scripts and for `global`.
 */
import { KEPT_SCRIPTS_MAX } from '../../../base/limits.ts';
import { type Declared, declarationsOf } from './declarations.ts';

type Scope = Record<string, unknown>;
/** Runs a script, whose `arguments` begin with what takes its top-level names. */
type Unit = (this: Scope, declare: Declare) => unknown;
type Declare = (accessors: Scope, args: unknown[]) => void;
type Maker = (guard: object) => (scope: Scope) => Unit;

interface Compiled {
  readonly make: Maker;
  readonly declared: Declared;
}

const kept = new Map<string, Compiled>();

/** Compiles sloppy code, as on a board, although this module is strict. */
const compile = Function;

function accessorsOf({ vars, lets }: Declared): string {
  return [...vars, ...lets]
    .map(name => {
      const value = name === 'v' ? 'w' : 'v';
      return `get ${name}(){return ${name}},set ${name}(${value}){${name}=${value}}`;
    })
    .join();
}

function makerOf(body: string, fileName: string): Maker {
  const url = /^[\w.$-]+$/.test(fileName) ? `\n//# sourceURL=${fileName}` : '';
  return compile(
    `with(arguments[0])return function(){with(arguments[0])return function(){${body}\n}}${url}`,
  ) as Maker;
}

/**
 * A script that declares nothing is taken for an expression, if it can be, because then it has a value. Others have
 * none.
 */
function compiled(source: string, fileName: string): Compiled {
  const declared = declarationsOf(source);
  const names = declared.vars.length + declared.lets.length;
  if (names === 0) {
    try {
      return { make: makerOf(`return(${source.replace(/;\s*$/, '')}\n)`, fileName), declared };
    } catch {
      // A statement.
    }
  }
  // Declaring a variable twice is no error. A name that was taken for a variable by mistake becomes one.
  const vars = declared.vars.length > 0 ? `var ${declared.vars.join()};` : '';
  const declaring = names > 0 ? `arguments[0]({${accessorsOf(declared)}},arguments);` : '';
  return { make: makerOf(`${vars}${declaring}${source}`, fileName), declared };
}

function keptScript(source: string, fileName: string): Compiled {
  const key = `${fileName}\n${source}`;
  const script = kept.get(key) ?? compiled(source, fileName);
  kept.delete(key);
  kept.set(key, script);
  const [oldest] = kept.keys();
  if (kept.size > KEPT_SCRIPTS_MAX && oldest !== undefined) kept.delete(oldest);
  return script;
}

/**
 * Hides the names of the surrounding realm: one that the scope lacks is undefined, and one that a script assigns without
 * declaring it becomes a name of the scope.
 */
function guardOf(scope: Scope): object {
  return new Proxy(Object.create(null), {
    has: () => true,
    get: () => undefined,
    set: (_target, name, value) => Reflect.set(scope, name, value),
    deleteProperty: () => true,
  });
}

/** Returns the function that runs scripts with these global names. */
export function evaluator(scope: Scope): (source: string, fileName: string) => unknown {
  const guard = guardOf(scope);
  return (source, fileName) => {
    const { make, declared } = keptScript(source, fileName);
    const declare: Declare = (accessors, args) => {
      args.length = 0;
      for (const name of [...declared.vars, ...declared.lets]) {
        const accessor = Object.getOwnPropertyDescriptor(accessors, name);
        const before = Object.getOwnPropertyDescriptor(scope, name);
        // `var` leaves a variable of that name as it is, and a function replaces it.
        if (before && declared.vars.includes(name) && accessors[name] === undefined) {
          accessors[name] = scope[name];
        }
        if (accessor) Object.defineProperty(scope, name, accessor);
      }
    };
    return make(guard)(scope).call(scope, declare);
  };
}
