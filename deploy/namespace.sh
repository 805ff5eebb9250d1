#!/bin/sh
# Makes the namespace, which keeps ended cases for 30 days, and the search attributes of a case
# (src/workflows/search-attributes.ts; a test holds the two together). Changes nothing where they are there.
# Reads TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE.
set -eu

: "${TEMPORAL_ADDRESS:?is not set: host:port of the Temporal server}"
: "${TEMPORAL_NAMESPACE:?is not set: the namespace of the cases}"
export TEMPORAL_ADDRESS
retention=720h

# For up to a minute: a server listens before it is ready, and a new namespace takes seconds to be known.
patiently() {
  tries=0
  until answer=$("$@" 2>&1); do
    tries=$((tries + 1))
    if [ "$tries" -ge 60 ]; then
      echo "$answer" >&2
      exit 1
    fi
    sleep 1
  done
  echo "$answer"
}

operator() {
  temporal operator "$@" -n "$TEMPORAL_NAMESPACE"
}

patiently temporal operator cluster health
if operator namespace describe >/dev/null 2>&1; then
  patiently operator namespace update --retention "$retention"
else
  operator namespace create --retention "$retention"
fi

there=$(patiently operator search-attribute list)
for attribute in \
  Stage=Keyword Inquiry=Keyword Row=Keyword Team=Keyword JiraKey=Keyword \
  Priority=Keyword Group=Keyword Problem=Keyword Needs=Keyword Outcome=Keyword \
  PromiseDue=Datetime NextWake=Datetime Flagged=Bool Cycle=Int
do
  name=${attribute%=*}
  if ! echo "$there" | grep -qw "$name"; then
    patiently operator search-attribute create --name "$name" --type "${attribute#*=}"
  fi
done
