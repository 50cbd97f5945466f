import t from 'tap';
import { findByPath, problemOfPath } from '../../../runner/src/experiment/jsonpath2.ts';

// What it finds is compared with jsonpath2 itself in tolerance-chaostoolkit.test.ts.
const shop = {
  items: [
    { name: 'lamp', price: 12 },
    { name: 'desk', price: 99 },
  ],
  'a]b': { x: 1 },
};
t.same(findByPath('$.items[?(@.price > 20)].name', shop), ['desk'], 'of a list the elements are tested');
t.same(findByPath('$.items[?@.price > 20].name', shop), ['desk'], 'in the words of RFC 9535 too');
t.same(findByPath('$.items[?@.name == "lamp" && @.price == 12].name', shop), ['lamp']);
t.same(findByPath(' $["a]b"].x ', shop), [1], 'brackets within texts are text');
t.same(findByPath('$.items[0].length()', shop), [2]);

for (const path of [
  '$',
  '$.items[*][?(@.a = 1 and not (@.b = "x or y") or @.c != 2)]',
  '$..[?(@.a)]',
  "$['a'].length()",
])
  t.equal(problemOfPath(path), undefined, path);
for (const path of ['', 'items', '$.', '$[', '$.items[?(@.a = )]', '$.items[?(@.a'])
  t.type(problemOfPath(path), 'string', path);
