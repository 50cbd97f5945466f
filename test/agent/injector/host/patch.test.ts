import t from 'tap';
import { patch } from '../../../../agent/injector/src/host/patch.ts';

class Base {
  greet(name: string): string {
    return `hello ${name}`;
  }
}
class Derived extends Base {}

const shout = (target: object) =>
  patch(target, 'greet', (original, self, args) => String(Reflect.apply(original, self, args)).toUpperCase());

t.test('an own method is restored exactly', async (t) => {
  const before = Object.getOwnPropertyDescriptor(Base.prototype, 'greet');
  const undo = shout(Base.prototype);
  t.equal(new Base().greet('you'), 'HELLO YOU');
  t.same([Base.prototype.greet.name, Base.prototype.greet.length], ['greet', 1]);
  undo();
  undo();
  t.strictSame(Object.getOwnPropertyDescriptor(Base.prototype, 'greet'), before);
});

t.test('an inherited method is inherited again', async (t) => {
  const undo = shout(Derived.prototype);
  t.equal(new Derived().greet('you'), 'HELLO YOU');
  t.equal(new Base().greet('you'), 'hello you');
  undo();
  t.notOk(Object.hasOwn(Derived.prototype, 'greet'));
});

t.test("someone else's later patch stays, and ours does nothing", async (t) => {
  const target = { greet: (name: string) => `hello ${name}` };
  const undo = shout(target);
  const ours = target.greet;
  target.greet = (name) => `${ours(name)}!`;
  const theirs = target.greet;
  undo();
  t.equal(target.greet, theirs);
  t.equal(target.greet('you'), 'hello you!');
});

t.test('what is no method is left alone', async (t) => {
  const target = { greet: 1 };
  patch(target, 'greet', () => 2)();
  t.equal(target.greet, 1);
});
