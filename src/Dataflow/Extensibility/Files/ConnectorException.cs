namespace Dataflow;

/// <summary>Thrown when the input of a source or the target of a sink is missing, has another shape, or refuses an operation.</summary>
/// <remarks>A single record that cannot be read is an <see cref="OperatorException"/> instead.</remarks>
public sealed class ConnectorException : DataflowException
{
    /// <summary>Makes the error of a source or sink.</summary>
    /// <param name="message">Where it happened, what happened, and what to do: three parts, for a reader under stress.</param>
    /// <param name="inner">The cause.</param>
    public ConnectorException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    internal static ConnectorException MissingFile(string path)
        => new($"File '{path}': it does not exist. Relative paths start at the program's current directory; correct the path.");

    /// <param name="process">The process whose input is wrong, of several that share a pipeline.</param>
    /// <param name="inner">The error there.</param>
    internal static ConnectorException InProcess(string process, Exception inner)
        => new($"Process {process}: {inner.Message} Each process of the pipeline needs the same input.", inner);

    /// <param name="split">A split that another process has found to be added, and that this one is to read.</param>
    internal static ConnectorException AddedElsewhere(string split)
        => new($"Split '{split}' was added while the job ran, as another process of the pipeline has found. The job ends here to start "
            + "again with it, from its last checkpoint: give JobOptions.Restarts, or start it yourself.") { IsTransient = true };

    internal static ConnectorException NotInLog(string source, Exception inner) => new($"Source '{source}': {inner.Message}", inner);

    /// <summary>Makes the error of a file that is not of its format, or is cut.</summary>
    public static ConnectorException NotReadable(string path, string format, Exception inner)
        => new($"File '{path}': it is not readable as {format} ({inner.Message.TrimEnd('.')}). Check that it is complete and of "
            + "that format.", inner);

    internal static ConnectorException Damaged(string path, string reason, long decompressed, Exception? inner = null)
        => new($"File '{path}': {reason}; {decompressed} bytes came out of it before. Fetch it again; 'gzip -t' says whether it is whole.",
            inner);

    internal static ConnectorException NoHeader(string path)
        => new($"File '{path}': it is empty. Its first line must name the columns.");

    /// <summary>Makes the error of a file that ends before the position from which the job reads on.</summary>
    public static ConnectorException EndsBefore(string path, string unit, long end, long position)
        => new($"File '{path}': it ends after {end} {unit}, the job had already read {position}. The file was cut or "
            + "replaced; restore it, or start the job anew without its checkpoints (Pipeline.ForgetAsync).");

    /// <summary>Makes the error of a file that is not the one that the job had read from its start.</summary>
    public static ConnectorException Replaced(string path, string unit, long position)
        => new($"File '{path}': its first {position} {unit} are not those that the job had read. It was changed or replaced; restore "
            + "it, start the job anew without its checkpoints (Pipeline.ForgetAsync), or have it read from its start with "
            + $"{nameof(ReplacedFile)}.{nameof(ReplacedFile.ReadAnew)}.");

    internal static ConnectorException ChangedInOrder(string split)
        => new($"Source split '{split}': it has other records than when the job began to read it in order of time. Restore it, or start "
            + "the "
            + "job anew without its checkpoints (Pipeline.ForgetAsync).");

    internal static ConnectorException CannotSpill(string directory, Exception inner)
        => new($"Directory '{directory}': the disk refused what is put in order of time there ({inner.Message.TrimEnd('.')}). Nothing "
            + "committed "
            + "is lost; make room or mend the disk, then start the job again.", inner);

    internal static ConnectorException FewerValues(string source, int count, long position)
        => new($"Source '{source}': it has {count} values, the job had already read {position}. Give it the values that it had, "
            + "or start the job anew without its checkpoints (Pipeline.ForgetAsync).");

    internal static ConnectorException ReadTwice(string source)
        => new($"Source '{source}': another job reads it. A channel gives each record to one reader: give each job a channel of its own.");

    internal static ConnectorException MissingColumns(
        string path, Type type, IEnumerable<RowMember> missing, IEnumerable<string> columns)
        => new($"File '{path}': {type.Name} needs {List(missing.Select(m => $"a column '{m.Name}' ({m.TypeName})"))}; there is "
            + $"{Quoted(columns)}. Rename the members or the columns so that they agree (case and '_' do not matter).");

    internal static ConnectorException OtherSeparator(string path, char separator, char found)
        => new($"File '{path}': its first line has no {Shown(separator)}, so it names one column, but it has {Shown(found)}. If "
            + $"that stands between cells, name it: new CsvOptions {{ Separator = {Shown(found)} }}.");

    internal static ConnectorException AmbiguousColumn(string path, Type type, string member, IEnumerable<string> columns)
        => new($"File '{path}': {type.Name}.{member} fits {Quoted(columns)}. Rename all but one of the columns.");

    internal static ConnectorException NotARow(Type type, string reason)
        => new($"Type {type.Name}: it cannot be made from a row of columns ({reason}). Give it one public constructor whose "
            + "parameters are the columns, or public properties with setters.");

    internal static ConnectorException Unreflected(Type type)
        => new($"Type {type.Name}: rows of it are found by reflection, which a program that is trimmed or compiled ahead of time does not "
            + "have. Give it [DataflowRecord], and one public constructor whose parameters are the columns, or public properties with "
            + "setters.");

    /// <summary>Makes the error of a member that the format has no column for.</summary>
    public static ConnectorException UnsupportedMember(Type type, string member, Type found, string format, string supported)
        => new($"Type {type.Name}, member '{member}': {format} has no column for {RowMember.NameOf(found)}. Use {supported}.");

    internal static ConnectorException LostInJson(Type owner, string? member, Type found, string reason)
        => new($"Type {owner.Name}{(member is null ? "" : $", member '{member}' ({RowMember.NameOf(found)})")}: it would be lost on a "
            + $"line of JSON ({reason}). Use another type, {(member is null ? "" : "leave the member out with [JsonIgnore], ")}or write it "
            + "with a [JsonConverter].");

    /// <summary>Makes the error of a type without public properties.</summary>
    public static ConnectorException NoColumns(Type type)
        => new($"Type {type.Name}: it has no public property to make a column of. Give it properties, such as those of a record.");

    /// <summary>Makes the error of a file that cannot be opened for writing.</summary>
    public static ConnectorException CannotOpen(string path, Exception inner)
        => new($"File '{path}': it cannot be opened for writing ({inner.Message.TrimEnd('.')}). Check that its directory exists "
            + "and may be written to.", inner);

    internal static ConnectorException WriteFailed(string path, long position, Exception inner)
        => new($"File '{path}', byte {position}: writing failed ({inner.Message.TrimEnd('.')}). Nothing committed is lost; make "
            + "room or mend the disk, then start the job again.", inner);

    internal static ConnectorException CannotFinish(string complete, string path, Exception inner)
        => new($"File '{complete}': it is complete but cannot be renamed to '{path}' ({inner.Message.TrimEnd('.')}). Rename it, or "
            + "mend the cause and start the job again.", inner);

    internal static ConnectorException PartialLost(string partial, string path, long committed)
        => new($"File '{partial}': it is missing, and so is '{path}'; checkpoints cover {committed} bytes of it. Restore it, or "
            + "start the job anew without its checkpoints (Pipeline.ForgetAsync).");

    internal static ConnectorException PartialCut(string partial, long found, long committed)
        => new($"File '{partial}': it has {found} bytes, checkpoints cover {committed}. It was cut or replaced; restore it, or "
            + "start the job anew without its checkpoints (Pipeline.ForgetAsync).");

    internal static ConnectorException NoDirectory(string path)
        => new($"File '{path}': on this log each process writes a part to a directory of that name, and it is a file. Give the sink "
            + "another path, or delete the file.");

    internal static ConnectorException PartLost(string part, long committed, Exception inner)
        => new($"File '{part}.partial': it cannot be opened ({inner.Message.TrimEnd('.')}), nor is there '{part}'; checkpoints cover "
            + $"{committed} bytes of it. All processes of the pipeline must see the same directory: mount it here, or start the pipeline "
            + "where it is. If you have taken the finished part away, leave an empty file in its place until the pipeline runs.", inner);

    internal static ConnectorException NotAPart(string directory)
        => new($"Directory '{directory}': the checkpoint names no part in it. It was written by another version or sink; start the job "
            + "anew without its checkpoints (Pipeline.ForgetAsync).");

    internal static ConnectorException BadState(string sink, int length)
        => new($"Sink '{sink}': the checkpoint holds {length} bytes for it instead of 8. It was written by another sink; "
            + "start the job anew without its checkpoints (Pipeline.ForgetAsync).");

    internal static ConnectorException AlreadyFinished(string path)
        => new($"File '{path}': the job had finished it, and now more records came. Start the job anew without its checkpoints "
            + "(Pipeline.ForgetAsync), with another path to keep this file.");

    private static string Shown(char character) => character == '\t' ? @"'\t'" : $"'{character}'";

    private static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{name}'"));

    private static string List(IEnumerable<string> phrases) => string.Join(" and ", phrases);
}
