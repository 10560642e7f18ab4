using System.Text.Json;
using Dataflow.Log;

namespace Dataflow.Tests.Connectors;

public class JsonLinesPartsTests : FilePartsContract
{
    protected override string Extension => ".jsonl";

    protected override Sink<Row> Create(IFileSystem disk) => new JsonLinesSink<Row>(disk, Path);

    protected override IEnumerable<Row> Read(string file)
        => File.ReadLines(file).Select(static line => JsonSerializer.Deserialize<Row>(line, JsonSerializerOptions.Web)!);

    [Fact]
    public void Says_that_there_is_a_file_in_place_of_the_directory()
    {
        Folder.Write("rows", "of an earlier job");
        Assert.Equal(
            "File 'rows': on this log each process writes a part to a directory of that name, and it is a file. Give the sink another "
                + "path, or delete the file.",
            ErrorOf(() => Create(PhysicalFileSystem.Instance).Open(default, Part)));
    }

    [Fact]
    public void Says_that_a_process_does_not_see_the_part_of_another()
    {
        Begin(out var state).Dispose();
        Directory.Delete(Path, recursive: true);
        Assert.Equal(
            "File 'rows/part-1.jsonl.partial': it cannot be opened (Could not find a part of the path 'rows/part-1.jsonl.partial'), nor "
                + "is there 'rows/part-1.jsonl'; checkpoints cover 240 bytes of it. All processes of the pipeline must see the same "
                + "directory: mount it here, or start the pipeline where it is. If you have taken the finished part away, leave an empty "
                + "file in its place until the pipeline runs.",
            ErrorOf(() => FinishBy(state)));
    }

    [Fact]
    public void Says_that_a_part_was_cut()
    {
        Begin(out var state).Dispose();
        File.WriteAllText(System.IO.Path.Combine(Path, "part-1.jsonl.partial"), "cut");
        Assert.StartsWith(
            "File 'rows/part-1.jsonl.partial': it has 3 bytes, checkpoints cover 240.", ErrorOf(() => FinishBy(state)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_the_state_of_a_file() => Assert.StartsWith(
        "Directory 'rows': the checkpoint names no part in it.", ErrorOf(() => FinishBy(new byte[8])), StringComparison.Ordinal);

    private void FinishBy(ReadOnlyMemory<byte> state) => FinishBy(PhysicalFileSystem.Instance, state);

    private string ErrorOf(Action action) => Folder.Anonymous(Assert.Throws<ConnectorException>(action).Message);
}
