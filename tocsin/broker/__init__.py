"""A Kafka-protocol broker in one process, for one machine: `python -m tocsin.broker --data DIR --port N`.

Speaks the classic Kafka protocol to unmodified clients: produce, fetch, consumer groups, committed offsets and topic
administration. Leaves out, and refuses: replication, transactions, compaction, automatic topic creation, quotas, TLS
and authentication. Bind it to the loopback.

What lasts. A produce request and a commit are answered after `write()`: what was acknowledged is the kernel's, and
survives the end of this process in any way, SIGKILL included, but not a power cut or a crash of the kernel, which may
cost the last seconds (Linux writes within about 30 s). With `--fsync` they are answered after `fdatasync()`, in a
thread and for all who wait together, and survive those too, as far as the disk keeps its word; readers see nothing
earlier. A start cuts off what follows the last whole batch of each partition (check sums are verified unless the stop
was clean) and skips damaged lines of the offsets' journal. Offsets in a partition never repeat.

A disk that refuses (full, over quota, failing): producers get KAFKA_STORAGE_ERROR, commits COORDINATOR_NOT_AVAILABLE,
and clients repeat both; what was half written is cut off again, reading goes on, the log says it once, and writing goes
on by itself when it can. What clients may cost is bounded: see `connection`, `protocol`, `api_data`, `groups`,
`offsets`. What is in a batch is the clients' affair: one with the right check sum is stored.

    log <- segment <- batch, index     one partition: segments of record batches, with a sparse index
    disk                               writing all of it, forcing it to the disk, one voice when it refuses
    topics, topic_config               topics, their partitions and configuration on disk
    offsets                            committed offsets in a bounded journal
    groups                             the state of consumer groups, in memory
    api_data, api_groups, api_admin    the answers to requests
    protocol, connection, server       bytes: the table of requests, one client's socket, the process
"""
