#!/bin/sh
# Runs nginx as the public front of the store at MINIO_HOSTPORT. nginx resolves names only when it reads its configuration.
# The store's address may appear later or change, so this looks it up every few seconds and reloads nginx.
set -eu

# In the log, not for readers: whether the image has what an advisory asks for, and when its packages were installed.
echo "nginx $(dpkg-query --show --showformat '${Version}' nginx), installed on $(date -u -r /var/lib/dpkg/status +%F)"

here=$(mktemp -d)
cd "$here"
sed "s/@PORT@/${PORT:?}/; s/@BUCKET@/${MINIO_BUCKET:?}/" "${FRONT_CONF:?}" >nginx.conf
host=${MINIO_HOSTPORT%:*} port=${MINIO_HOSTPORT##*:}

# Asks the system, unlike nginx: on Render, private names need the system's search domains.
look_up() {
    getent ahostsv4 "$host" | sed -n "s/^\([0-9.]*\) .*/server \1:$port;/p" | sort -u
}

follow() {
    while [ ! -e nginx.pid ] && kill -0 $$; do sleep 0.1; done # nginx writes it once it is ready for signals.
    while kill -0 $$; do
        found=$(look_up)
        if [ "$found" ] && [ "$found" != "$(cat store-addresses)" ]; then
            echo "$found" | tee store-addresses
            kill -HUP $$
        fi
        sleep 2
    done
}

look_up | tee store-addresses
[ -s store-addresses ] || echo 'server 127.0.0.1:1 down;' >store-addresses # Readers are asked to try again.
follow 2>/dev/null &
exec nginx -e stderr -p "$here" -c "$here/nginx.conf"
