namespace Dataflow.Arrow;

/// <summary>Makes the errors of Arrow and Parquet files.</summary>
internal static class ArrowErrors
{
    internal static ConnectorException WrongColumn(string path, string column, string found, Type type, RowMember member)
        => new($"File '{path}', column '{column}': it holds {found}, {type.Name}.{member.Name} is {member.TypeName}. Give the "
            + "member a type that takes every value of the column.");

    internal static ConnectorException OtherColumns(string partial, string found, string now)
        => new($"File '{partial}': it was begun with the columns {found}, the type now gives {now}. Change the type back, or "
            + "start the job anew without its checkpoints (Pipeline.ForgetAsync).");

    internal static ConnectorException HoldsTrainingSet(string directory)
        => new($"Directory '{directory}': it holds a training set, and the job has no checkpoint that says it wrote it. Name another "
            + "directory, or delete this one.");

    internal static ConnectorException RowWithoutOrigin()
        => new("A row for a training set was not made of a single record of a source, as results of windows are. Write the rows to "
            + "a topic first, and export that.");

    internal static ConnectorException DamagedFrom(string file, long row, Exception inner)
        => new($"File '{file}', row {row} and what follows: {inner.Message.TrimEnd('.')}. Write or fetch the file again.", inner);
}
