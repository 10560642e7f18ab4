using System.Text.Json;
using Dataflow.Log;

namespace Dataflow.Tests.Connectors;

public class JsonLinesSinkTests : FileSinkContract
{
    protected override Sink<Row> Create(IFileSystem disk) => new JsonLinesSink<Row>(disk, Folder["rows.jsonl"]);

    protected override IReadOnlyList<Row> Result()
    {
        Assert.Equal(["rows.jsonl"], Folder.Files);
        return [.. File.ReadLines(Folder["rows.jsonl"]).Select(line => JsonSerializer.Deserialize<Row>(line, JsonSerializerOptions.Web)!)];
    }

    protected override void Clear()
    {
        File.Delete(Folder["rows.jsonl"]);
        File.Delete(Folder["rows.jsonl.partial"]);
    }

    [Fact]
    public void Writes_camel_case_and_plain_UTF_8()
    {
        Finish(Sink.JsonLines<Row>(Folder["a.jsonl"]), new Row(1, "Zürich & <Bern>", null));
        Assert.Equal("{\"id\":1,\"text\":\"Zürich & <Bern>\",\"value\":null}\n", File.ReadAllText(Folder["a.jsonl"]));
    }

    [Fact]
    public void Shows_nothing_under_its_name_before_the_job_ends()
    {
        File.WriteAllText(Folder["a.jsonl"], "of an earlier job");
        using var writer = Begin(Folder["a.jsonl"], out _);
        writer.Commit();
        Assert.Equal("of an earlier job", File.ReadAllText(Folder["a.jsonl"]));
        writer.Finish();
        Assert.StartsWith("{\"id\":1,", File.ReadAllText(Folder["a.jsonl"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Says_that_its_directory_is_missing() => Assert.Equal(
        "File 'none/a.jsonl.partial': it cannot be opened for writing (Could not find a part of the path "
        + "'none/a.jsonl.partial'). Check that its directory exists and may be written to.",
        ErrorOf(() => Sink.JsonLines<Row>(Folder["none/a.jsonl"]).Open(default, Context)));

    [Fact]
    public void Says_that_its_file_is_lost()
    {
        Begin(Folder["a.jsonl"], out var state).Dispose();
        File.Delete(Folder["a.jsonl.partial"]);
        Assert.Equal(
            "File 'a.jsonl.partial': it is missing, and so is 'a.jsonl'; checkpoints cover 34 bytes of it. Restore it, or start "
            + "the job anew without its checkpoints (Pipeline.ForgetAsync).",
            ErrorOf(() => Sink.JsonLines<Row>(Folder["a.jsonl"]).Open(state, Context)));
    }

    [Fact]
    public void Says_that_its_file_was_cut()
    {
        Begin(Folder["a.jsonl"], out var state).Dispose();
        File.WriteAllText(Folder["a.jsonl.partial"], "cut");
        Assert.Equal(
            "File 'a.jsonl.partial': it has 3 bytes, checkpoints cover 34. It was cut or replaced; restore it, or start the job "
            + "anew without its checkpoints (Pipeline.ForgetAsync).",
            ErrorOf(() => Sink.JsonLines<Row>(Folder["a.jsonl"]).Open(state, Context)));
    }

    [Fact]
    public void Refuses_records_after_the_end()
    {
        using (var writer = Begin(Folder["a.jsonl"], out var state))
        {
            writer.Finish();
            using var again = Sink.JsonLines<Row>(Folder["a.jsonl"]).Open(state, Context);
            again.Write(new Record<Row>(new Row(2, null, null), 0, default));
            Assert.Equal(
                "File 'a.jsonl': the job had finished it, and now more records came. Start the job anew without its checkpoints "
                    + "(Pipeline.ForgetAsync), "
                + "with another path to keep this file.",
                ErrorOf(() => again.Prepare(new CheckpointOutput())));
        }
    }

    [Fact]
    public void Refuses_the_state_of_another_sink() => Assert.Equal(
        "Sink 'a.jsonl': the checkpoint holds 3 bytes for it instead of 8. It was written by another sink; start the job anew "
        + "without its checkpoints (Pipeline.ForgetAsync).",
        ErrorOf(() => Sink.JsonLines<Row>(Folder["a.jsonl"]).Open(new byte[3], Context)));

    [Fact]
    public void Says_where_a_full_disk_stopped_it_and_carries_on_once_there_is_room()
    {
        var disk = new FaultyFileSystem(PhysicalFileSystem.Instance);
        var sink = new JsonLinesSink<Row>(disk, Folder["a.jsonl"]);
        ReadOnlyMemory<byte> state;
        using (var writer = sink.Open(default, Context))
        {
            writer.Write(new Record<Row>(new Row(1, null, null), 0, default));
            state = writer.Prepare(new CheckpointOutput());
            disk.FreeBytes = 0;
            writer.Write(new Record<Row>(new Row(2, null, null), 0, default));
            Assert.Equal(
                "File 'a.jsonl.partial', byte 34: writing failed (No space left on device). Nothing committed is lost; make room "
                + "or mend the disk, then start the job again.",
                ErrorOf(() => writer.Prepare(new CheckpointOutput())));
        }

        disk.FreeBytes = long.MaxValue;
        using (var writer = sink.Open(state, Context)) writer.Finish();
        Assert.Equal("{\"id\":1,\"text\":null,\"value\":null}\n", File.ReadAllText(Folder["a.jsonl"]));
    }

    [Fact]
    public void Syncs_what_it_prepared_and_the_directory_of_the_finished_file()
    {
        var disk = new FaultyFileSystem(PhysicalFileSystem.Instance);
        using var writer = new JsonLinesSink<Row>(disk, Folder["a.jsonl"]).Open(default, Context);
        writer.Write(new Record<Row>(new Row(1, null, null), 0, default));
        disk.Calls.Clear();
        writer.Prepare(new CheckpointOutput());
        writer.Prepare(new CheckpointOutput());
        writer.Finish();
        Assert.Equal(["write", "sync", "rename", "sync directory"], disk.Calls);
    }

    private static SinkWriter<Row> Begin(string path, out ReadOnlyMemory<byte> state)
    {
        var writer = Sink.JsonLines<Row>(path).Open(default, Context);
        writer.Write(new Record<Row>(new Row(1, null, null), 0, default));
        state = writer.Prepare(new CheckpointOutput());
        return writer;
    }

    private static void Finish(Sink<Row> sink, Row row)
    {
        using var writer = sink.Open(default, Context);
        writer.Write(new Record<Row>(row, 0, default));
        writer.Prepare(new CheckpointOutput());
        writer.Commit();
        writer.Finish();
    }

    private string ErrorOf(Func<object> action) => Folder.Anonymous(Assert.Throws<ConnectorException>(action).Message);
}
