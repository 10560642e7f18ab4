namespace Dataflow.Log.Tests;

public class ErrorTextTests
{
    private static readonly IOException Cause = new("Input/output error");

    [Fact]
    public void Every_error_says_where_what_and_what_to_do()
    {
        Exception[] errors =
        [
            LogException.TopicUnknown("order", ["payments", "orders"]),
            LogException.TopicUnknown("order", []),
            LogException.TopicNameInvalid("a/b"),
            LogException.TopicNameDiffersInCase("Orders", "orders"),
            LogException.PartitionCountDiffers("orders", 4, 8),
            LogException.PartitionUnknown("orders", 4, 4),
            LogException.TopicDeleted("orders"),
            LogException.TopicsStay("orders"),
            LogException.TopicOfAnotherLog("orders"),
            RecordTooLargeException.Of(20_000_000),
            RecordTooLargeException.Of(20_000_000).BoundFor("orders", 3),
            LogException.BatchNotReadable("orders", 3, 41, 0x12),
            LogException.FormatUnknown("/log/journal/1.journal", 3, 2),
            LogException.FormatUnknown("/log/journal/1.journal", 1, 2),
            OffsetOutOfRangeException.Of("orders", 3, 7, 41, 812),
            CorruptLogException.Journal("/log/journal/1.journal", 1024, "entry 7 is damaged, yet entry 9 at byte 2048 follows it"),
            CorruptLogException.JournalMissing("/log/journal", "/log/topics/orders-3"),
            CorruptLogException.SuccessorMissing("/log/journal/2.journal", "/log/journal/1.journal"),
            CorruptLogException.TopicUnknown("/log/topics/orders-3"),
            CorruptLogException.JournalBehind("orders", 3, "/log/topics/orders-3/0.log", 812, 41),
            CorruptLogException.Segment("orders", 3, "/log/topics/orders-3/0.log", 0, 41, "the file is missing"),
            CorruptLogException.Checksum("orders", 3, "/log/topics/orders-3/0.log", 812, 41, 0xe2993730, 0x47d8a54e),
            LogLockedException.Of("/log", "process 7 on host since 2026-01-02 03:04:05 UTC", Cause),
            LogLockedException.Of("/log", null, Cause),
            LogAccessException.Opening("/log", new IOException("Too many open files.")),
            LogAccessException.Reading("orders", 3, "/log/topics/orders-3/0.log", Cause),
            LogFullException.Of("/log", new IOException("No space left on device")),
            LogFailedException.Of("/log", Cause),
        ];
        Assert.Equal(
            """
            Topic 'order': the log has no such topic. It has 'orders', 'payments'; create it with CreateTopicAsync.
            Topic 'order': the log has no such topic. It has none yet; create it with CreateTopicAsync.
            Topic 'a/b': the name is not allowed. Use 1 to 249 of the characters a-z, A-Z, 0-9, '.', '_' and '-', and not '.' or '..'.
            Topic 'Orders': topic 'orders' exists and differs only in upper and lower case. Some file systems cannot keep them apart; choose another name.
            Topic 'orders': it has 4 partitions and was asked for with 8. A topic keeps its count; ask with 4 or use another name.
            Topic 'orders', partition 4: the topic has no such partition. Its partitions are 0 to 3.
            Topic 'orders': it was deleted. Create it again if it is still needed; what was in it is gone.
            Topic 'orders': this log deletes no topics. Where it lies in a cluster, delete it with the cluster's own tools once nobody needs it.
            Topic 'orders': it belongs to another log. Take the topic from the store that commits.
            Record: key, value and headers take 20000000 bytes. A batch holds at most 16777216 bytes; split the record or keep its content elsewhere.
            Topic 'orders', partition 3, record: key, value and headers take 20000000 bytes. A batch holds at most 16777216 bytes; split the record or keep its content elsewhere.
            Topic 'orders', partition 3, offset 41: batch attributes are 0x0012. Compressed, transactional and control batches are not written by this log and cannot be read.
            File '/log/journal/1.journal': format version is 3, this program knows 2 only. Open the log with the newer version of Dataflow that wrote it, or begin another one in an empty directory.
            File '/log/journal/1.journal': format version is 1, this program knows 2 only. Open the log with the older version of Dataflow that wrote it, or begin another one in an empty directory.
            Topic 'orders', partition 3: offset 7 is not there. It holds offsets from 41 up to, not including, 812; start at one of them or at 812.
            Journal '/log/journal/1.journal', byte 1024: entry 7 is damaged, yet entry 9 at byte 2048 follows it. Acknowledged commits were stored there, so nothing was cut; restore the file from a copy, or remove the log and rebuild it.
            Journal '/log/journal': no checkpoint was found, yet there are segments in '/log/topics/orders-3'. Journal files were removed or damaged; restore the journal from a copy, or remove the log and rebuild it.
            Journal '/log/journal/2.journal': the file is missing or holds no checkpoint, yet '/log/journal/1.journal' says that the journal goes on there. Acknowledged commits were stored there, so nothing was cut; restore the journal from a copy, or remove the log and rebuild it.
            Journal: it has no topic for '/log/topics/orders-3', though there are segments. Journal files were removed or damaged, so nothing was cut; restore the journal from a copy, or remove the log and rebuild it. If the directory is your own, move it away.
            Topic 'orders', partition 3, offset 41, file '/log/topics/orders-3/0.log', byte 812: the journal lacks the commit of these records and the one before it, so more is missing than a commit in progress. Journal files were removed or damaged, so nothing was cut; restore the journal from a copy, or remove the log and rebuild it.
            Topic 'orders', partition 3, offset 41, file '/log/topics/orders-3/0.log', byte 0: the file is missing. The log does not open without it; restore the file from a copy, or remove the log and rebuild it.
            Topic 'orders', partition 3, offset 41, file '/log/topics/orders-3/0.log', byte 812: batch checksum is 0xe2993730, stored 0x47d8a54e. The segment is damaged from here on; restore the file from a copy, or trim the partition to a later offset.
            Log '/log': it is open elsewhere (process 7 on host since 2026-01-02 03:04:05 UTC). One process at a time may open a log; close the other one first.
            Log '/log': it is open elsewhere (holder unknown). One process at a time may open a log; close the other one first.
            Log '/log': it could not be opened: Too many open files. Nothing that was committed was changed; remove the cause and open it again.
            Topic 'orders', partition 3, file '/log/topics/orders-3/0.log': it could not be read: Input/output error. The reader stays where it is; remove the cause and read again.
            Log '/log': the disk is full (No space left on device). Nothing of this commit was stored; free some space or trim topics, then try again.
            Log '/log': writing failed (Input/output error). What was not acknowledged may be lost; dispose the store and open it again, which recovers all that was acknowledged.
            """,
            string.Join('\n', errors.Select(error => error.Message)));
    }

    [Fact]
    public void Says_which_errors_may_pass()
    {
        Assert.True(LogLockedException.Of("/log", null, Cause).IsTransient);
        Assert.True(LogFullException.Of("/log", Cause).IsTransient);
        Assert.False(LogFailedException.Of("/log", Cause).IsTransient);
        Assert.False(CorruptLogException.JournalMissing("/log", "/log/topics/orders-3").IsTransient);
    }
}
