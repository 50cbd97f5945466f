// Put in place of the globals in the bundle: taken once, at start, so that a host that replaces them later has no
// effect on us, and shorter. Not for what the sources of our threads use (Math, Atomics, Number): those stand alone.
const { apply, get, set, has, deleteProperty } = Reflect;
const { assign, defineProperty, entries, fromEntries, getOwnPropertyDescriptor } = Object;
const { getOwnPropertySymbols, getPrototypeOf, hasOwn, keys, values } = Object;
const { isArray } = Array;
const { parse, stringify } = JSON;

export {
  apply as 'Reflect.apply',
  assign as 'Object.assign',
  defineProperty as 'Object.defineProperty',
  deleteProperty as 'Reflect.deleteProperty',
  entries as 'Object.entries',
  fromEntries as 'Object.fromEntries',
  get as 'Reflect.get',
  getOwnPropertyDescriptor as 'Object.getOwnPropertyDescriptor',
  getOwnPropertySymbols as 'Object.getOwnPropertySymbols',
  getPrototypeOf as 'Object.getPrototypeOf',
  has as 'Reflect.has',
  hasOwn as 'Object.hasOwn',
  isArray as 'Array.isArray',
  keys as 'Object.keys',
  parse as 'JSON.parse',
  set as 'Reflect.set',
  stringify as 'JSON.stringify',
  values as 'Object.values',
};
