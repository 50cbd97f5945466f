// Ends once the database answers a query; says why it does not, each reason once.
import pg from 'pg';

let said;
for (;;) {
  const client = new pg.Client({ connectionString: process.env.SHOP_DATABASE_URL, connectionTimeoutMillis: 2_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.query('SELECT 1');
    await client.end();
    break;
  } catch (error) {
    await client.end().catch(() => {});
    const reason = error.message || error.code;
    if (reason !== said) console.log(`waiting for the database: ${reason}`);
    said = reason;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
