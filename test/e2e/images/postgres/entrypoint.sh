# Makes the database on the first start, with a server that listens on a socket alone; then serves.
set -eu
user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  : "${POSTGRES_PASSWORD:?set it}"
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  echo "$POSTGRES_PASSWORD" >/tmp/password
  initdb --username="$user" --pwfile=/tmp/password --auth-local=trust --auth-host=scram-sha-256 --encoding=UTF8 >/dev/null
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  if [ "$database" != postgres ]; then
    pg_ctl -w -o '-c listen_addresses=' start >/dev/null
    createdb --username="$user" "$database"
    pg_ctl -w -m fast stop >/dev/null
  fi
fi
case ${1:-} in -* | '') set -- postgres -c 'listen_addresses=*' "$@" ;; esac
# "Fast": SIGTERM would wait for every client to leave. The official image declares the same as its stop signal.
"$@" & pid=$!
trap 'kill -INT $pid' TERM INT
while kill -0 $pid 2>/dev/null; do wait $pid && status=0 || status=$?; done
exit "${status:-0}"
