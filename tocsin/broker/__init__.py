"""A Kafka-protocol broker in one process, for one machine: `python -m tocsin.broker --data DIR --port N`.

Speaks the classic Kafka protocol to unmodified clients: produce, fetch, consumer groups, committed offsets and topic
administration. Guarantees: a produce request is answered after `write()`, so an acknowledged event survives a SIGKILL
of the broker (of the machine too with `--fsync`); offsets in a partition never repeat; a torn tail is cut on start.
Leaves out, and refuses: replication, transactions, compaction, automatic topic creation, quotas, TLS and
authentication. Bind it to the loopback.

    log <- segment <- batch, index     one partition: segments of record batches, with a sparse index
    disk                               writing all of it, and forcing it to the disk
    topics, topic_config               topics, their partitions and configuration on disk
    offsets                            committed offsets in a bounded journal
    groups                             the state of consumer groups, in memory
    api_data, api_groups, api_admin    the answers to requests
    protocol, connection, server       bytes: the table of requests, one client's socket, the process
"""
