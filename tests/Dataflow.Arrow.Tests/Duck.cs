using DuckDB.NET.Data;

namespace Dataflow.Arrow.Tests;

/// <summary>DuckDB, on files that the tests have.</summary>
internal static class Duck
{
    public static List<T> Ask<T>(string query, Func<System.Data.Common.DbDataReader, T> read)
    {
        using var duck = new DuckDBConnection("DataSource=:memory:");
        duck.Open();
        using var command = duck.CreateCommand();
        command.CommandText = query;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read()) rows.Add(read(reader));
        return rows;
    }
}
