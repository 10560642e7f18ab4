using System.IO.Compression;

namespace Dataflow.Tests.Connectors;

public class CsvSourceTests : SourceContract<CsvSourceTests.Flight>
{
    private const string Header = "departure,delay,distance,origin,carrier\n";

    protected override IReadOnlyList<Flight> Expected { get; } =
    [
        new(At(8, 30), -5, 12.5, "ORD", Carrier.United),
        new(At(9, 15), null, 1846, "San \"Fran\"\ncisco, CA", Carrier.Delta),
        new(At(10, 0), 0, -0.25, "", Carrier.Delta),
        new(At(11, 0), 7, 1e3, "Zürich", Carrier.United),
    ];

    protected override Source<Flight> Create() => Source.Csv<Flight>(Folder.Write("flights.csv", Header + """
        2001-01-01 08:30,-5,12.5,ORD,United
        2001-01-01T10:15+01:00,,1846,"San ""Fran""
        cisco, CA",delta

        2001-01-01 10:00,0,-0.25,,DELTA
        2001-01-01T11:00Z,7,1e3,Zürich,United

        """));

    [Fact]
    public void Finds_columns_whatever_their_order_case_and_underscores_and_leaves_others_alone()
    {
        var path = Folder.Write("a.csv", "unused;LAST_NAME;first name;id\n;Lovelace;x;1\n");
        Assert.Equal([new Person(1, "Lovelace")], Read(Source.Csv<Person>(path, ';')).Select(r => r.Value));
    }

    [Fact]
    public void Sets_the_properties_of_a_class_without_constructor_parameters()
    {
        var path = Folder.Write("a.csv", "id,name,note\n1,Ada,\n2,Bob,second\n");
        Assert.Equal(["1 Ada ", "2 Bob second"],
            Read(Source.Csv<Settable>(path)).Select(r => $"{r.Value.Id} {r.Value.Name} {r.Value.Note}"));
    }

    [Fact]
    public void Takes_an_empty_cell_as_null_only_where_the_member_may_be_null()
    {
        var path = Folder.Write("a.csv", "id,name,note\n1,,\n");
        var row = Read(Source.Csv<Settable>(path))[0].Value;
        Assert.Equal("", row.Name);
        Assert.Null(row.Note);
    }

    [Fact]
    public void Makes_structs()
    {
        var path = Folder.Write("a.csv", "x,y\n1,2.5\n");
        Assert.Equal([new Point(1, 2.5m)], Read(Source.Csv<Point>(path)).Select(r => r.Value));
    }

    [Fact]
    public void Reads_a_file_with_a_byte_order_mark_and_without_a_last_line_break()
    {
        var path = Folder.Write("a.csv", "\uFEFFx,y\r\n1,2\r\n3,4");
        Assert.Equal([new Point(1, 2), new Point(3, 4)], Read(Source.Csv<Point>(path)).Select(r => r.Value));
    }

    [Fact]
    public void Reads_a_compressed_file()
    {
        using (var file = new GZipStream(File.Create(Folder["a.csv.gz"]), CompressionLevel.Optimal)) file.Write("x,y\n1,2\n"u8);
        Assert.Equal([new Point(1, 2)], Read(Source.Csv<Point>(Folder["a.csv.gz"])).Select(r => r.Value));
    }

    [Fact]
    public void Has_no_rows_where_there_is_only_a_header()
        => Assert.Empty(Read(Source.Csv<Flight>(Folder.Write("a.csv", Header))));

    [Fact]
    public void Says_which_file_is_missing() => Assert.Equal(
        "File 'none.csv': it does not exist. Relative paths start at the program's current directory; correct the path.",
        ErrorOf(() => Source.Csv<Flight>(Folder["none.csv"])));

    [Fact]
    public void Says_that_an_empty_file_lacks_a_header() => Assert.Equal(
        "File 'a.csv': it is empty. Its first line must name the columns.",
        ErrorOf(() => Source.Csv<Flight>(Folder.Write("a.csv", ""))));

    [Fact]
    public void Says_which_columns_are_missing_and_which_there_are() => Assert.Equal(
        "File 'a.csv': Flight needs a column 'Delay' (Int32?) and a column 'Carrier' (Carrier); there is 'departure', "
        + "'distance', 'origin', 'lateness'. Rename the members or the columns so that they agree (case and '_' do not matter).",
        ErrorOf(() => Source.Csv<Flight>(Folder.Write("a.csv", "departure,distance,origin,lateness\n"))));

    [Fact]
    public void Says_which_columns_fit_the_same_member() => Assert.Equal(
        "File 'a.csv': Point.X fits 'x', '_X'. Rename all but one of the columns.",
        ErrorOf(() => Source.Csv<Point>(Folder.Write("a.csv", "x,y,_X\n"))));

    [Fact]
    public void Says_line_column_and_type_of_a_wrong_cell_but_not_what_is_in_it() => Assert.Equal(
        "Source 'a.csv' could not read a.csv@1 as Flight: line 4, column 'distance': the cell is not of type Double (such "
        + "as 1234.5, digits not grouped). Correct the record or the type that it is read as, then start the job again.",
        ErrorOf(() => Source.Csv<Flight>(Folder.Write("a.csv",
            Header + "2001-01-01,1,2,\"a\nb\",Delta\n2001-01-01,1,secret,ORD,Delta\n"))));

    [Fact]
    public void Says_which_line_has_too_few_cells() => Assert.Equal(
        "Source 'a.csv' could not read a.csv@0 as Point: line 2 has 1 cells, the header has 2. Correct the record or the type "
        + "that it is read as, then start the job again.",
        ErrorOf(() => Source.Csv<Point>(Folder.Write("a.csv", "x,y\n5\n"))));

    [Fact]
    public void Says_on_which_row_the_type_itself_threw() => Assert.Equal(
        "Source 'a.csv' could not read a.csv@0 as Positive: below 0. Correct the record or the type that it is read as, then "
        + "start the job again.",
        ErrorOf(() => Source.Csv<Positive>(Folder.Write("a.csv", "value\n-1\n"))));

    [Fact]
    public void Refuses_a_type_that_no_cell_can_become() => Assert.Equal(
        "Type Nested, member 'Inner': CSV has no column for Point?. Use text, a number, bool, a date or time, Guid or an enum.",
        Assert.Throws<ConnectorException>(() => Source.Csv<Nested>("a.csv")).Message);

    [Fact]
    public void Refuses_a_type_that_cannot_be_made_from_a_row() => Assert.Equal(
        "Type Ambiguous: it cannot be made from a row of columns (it has 2 public constructors). Give it one public constructor "
        + "whose parameters are the columns, or public properties with setters.",
        Assert.Throws<ConnectorException>(() => Source.Csv<Ambiguous>("a.csv")).Message);

    [Fact]
    public void Says_that_a_file_is_shorter_than_what_was_read_of_it() => Assert.Equal(
        "File 'a.csv': it ends after 1 rows, the job had already read 2. The file was cut or replaced; restore it, or start the "
        + "job anew without its checkpoints (Pipeline.ForgetAsync).",
        Folder.Anonymous(Assert.Throws<ConnectorException>(
            () => Open(Source.Csv<Point>(Folder.Write("a.csv", "x,y\n1,2\n")), 2)).Message));

    [Fact]
    public void Says_that_compressed_data_is_damaged() => Assert.StartsWith(
        "File 'a.csv.gz': it is damaged, or not gzip; 0 bytes came out of it before. ",
        ErrorOf(() => Source.Csv<Point>(Folder.Write("a.csv.gz", "x,y\n1,2\n"))));

    private static DateTime At(int hour, int minute) => new(2001, 1, 1, hour, minute, 0, DateTimeKind.Utc);

    public enum Carrier
    {
        United,
        Delta,
    }

    public record Flight(DateTime Departure, int? Delay, double Distance, string Origin, Carrier Carrier);

    public record Person(int Id, string LastName);

    public class Settable
    {
        public int Id { get; init; }

        public required string Name { get; set; }

        public string? Note { get; set; }

        public int Twice => Id * 2;
    }

    public readonly record struct Point(int X, decimal Y);

    public record Nested(Point? Inner);

    public class Positive
    {
        public Positive(int value) => Value = value >= 0 ? value : throw new InvalidOperationException("below 0");

        public int Value { get; }
    }

    public class Ambiguous
    {
        public Ambiguous(int a) => A = a;

        public Ambiguous(string a) => A = a.Length;

        public int A { get; }
    }
}
