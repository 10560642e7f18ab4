using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Dataflow.Packages.Tests;

/// <summary>Programs outside the repository, with the packages alone.</summary>
/// <remarks>No other tests run beside them: one measures how soon a program starts.</remarks>
[Collection(nameof(Alone))]
public partial class OutsideTests(LocalFeed feed)
{
    [Fact(Timeout = 300_000)]
    public async Task The_manual_s_first_program_needs_one_package_and_survives_a_kill()
    {
        var project = new OutsideProject(feed, "visits", ("Dataflow", feed.Version));
        project.Write("Program.cs", Block("src/docs/start.md", "csharp"));
        await project.BuildAsync();

        await FirstProgram.SurvivesAKillAsync(project.Program, project.Folder, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_README_s_program_prints_the_README_s_lines()
    {
        var project = new OutsideProject(feed, "hello", ("Dataflow", feed.Version));
        project.Write("Program.cs", Block("README.md", "csharp"));
        project.Write("access.csv", Block("README.md", "csv"));
        await project.BuildAsync();

        var (code, output) = await project.RunAsync();

        // The order of keys is that of the workers.
        Assert.Equal((0, Sorted(Block("README.md", "text"))), (code, Sorted(output)));
    }

    // A package that needs Dataflow brings the generator too.
    [Theory]
    [InlineData("Dataflow")]
    [InlineData("Dataflow.Features")]
    public async Task A_record_with_the_attribute_has_a_codec_of_the_compiler_s(string package)
    {
        var project = new OutsideProject(feed, $"records-{package}", (package, feed.Version));
        project.Write("Program.cs", """
            using System.Buffers;
            using Dataflow;

            var bytes = new ArrayBufferWriter<byte>();
            Serde<Order>.Default.Write(new("a", 7), bytes);
            Console.Write(Serde<Order>.Default.Read(bytes.WrittenMemory));
            Console.Write(typeof(Order).Assembly.GetType("Dataflow.Generated.Order.Codec"));

            [DataflowRecord]
            public sealed record Order(string Id, int Pieces);
            """);
        var built = await project.BuildAsync();
        var (_, output) = await project.RunAsync();

        Assert.DoesNotContain("warning", built, StringComparison.Ordinal);
        Assert.Equal("Order { Id = a, Pieces = 7 }Dataflow.Generated.Order.Codec", output);
    }

    [Fact]
    public async Task A_record_that_can_have_no_codec_is_an_error_of_the_build()
    {
        var project = new OutsideProject(feed, "hidden-record", ("Dataflow", feed.Version));
        project.Write("Program.cs", "class Shop { [Dataflow.DataflowRecord] private record Order(string Id); static void Main() { } }");

        var (code, output) = await Dotnet.TryAsync(project.Folder, "build");

        Assert.NotEqual(0, code);
        Assert.Contains("error DATAFLOW002: Order is hidden from the rest of the project", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_asks_the_clock_is_warned_of_and_the_fixes_do_not_hinder_the_compiler()
    {
        var project = new OutsideProject(feed, "clock", ("Dataflow", feed.Version));
        project.Write("Program.cs", """
            using Dataflow;

            var pipeline = new Pipeline("clock");
            pipeline.From(Source.Of(1, 2)).Select(number => (number, DateTime.Now)).To(Sink.Console<(int, DateTime)>());
            await pipeline.RunAsync();
            """);

        var built = await project.BuildAsync();

        Assert.Contains("warning DATAFLOW010: 'DateTime.Now' in 'Select' gives another result", built, StringComparison.Ordinal);
        Assert.DoesNotContain("warning CS8", built, StringComparison.Ordinal); // of an analyzer that does not load
    }

    [Fact]
    public async Task A_program_that_would_be_trimmed_is_told_of_rows_that_reflection_would_find()
    {
        var project = new OutsideProject(feed, "small", ("Dataflow", feed.Version));
        project.Write("Program.cs", """
            using Dataflow;

            foreach (var source in (Func<object>[])[() => Source.Csv<Row>("a.csv"), () => Source.JsonLines<Row>("a.jsonl")])
            {
                try { source(); }
                catch (ConnectorException error) { Console.WriteLine(error.Message); }
            }

            public sealed record Row(int Id);
            """);

        var built = await project.BuildAsync("-p:PublishTrimmed=true");
        var (_, output) = await project.RunAsync();

        Assert.DoesNotContain("warning", built, StringComparison.Ordinal);
        Assert.Equal(2, output.Split("which a program that is trimmed or compiled ahead of time does not have").Length - 1);
        Assert.Contains("Type Row: rows of it are found by reflection", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-p:DynamicCodeSupport=false")]
    [InlineData("-p:PublishTrimmed=true")]
    public async Task A_type_without_a_codec_is_refused_where_reflection_is_not_there(string option)
    {
        var project = new OutsideProject(feed, $"refused{option.Length}", ("Dataflow", feed.Version));
        project.Write("Program.cs", """
            using Dataflow;

            var pipeline = new Pipeline("orders");
            pipeline.From(Source.Of([new Order("a", new("b", 1))])).To(Topic.Of<Order>("orders"));
            await pipeline.RunAsync(new JobOptions { Directory = Directory.CreateTempSubdirectory().FullName });

            [DataflowRecord]
            public sealed record Order(string Id, Line Line);

            public sealed record Line(string Article, int Pieces);
            """);

        await project.BuildAsync(option);
        var (_, output) = await project.RunAsync();

        Assert.Contains("Type Order: member 'Line' is Line, whose codec is found by reflection", output, StringComparison.Ordinal);
        Assert.Contains("Give Line [DataflowRecord]", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_partial_trimming_reflection_goes_on()
    {
        var project = new OutsideProject(feed, "partial", ("Dataflow", feed.Version));
        project.Write("Program.cs", """
            using Dataflow;
            using Dataflow.Log;

            await using PartitionedLog log = LogStore.Open(Directory.CreateTempSubdirectory().FullName);
            var orders = new Pipeline("orders");
            Order[] some = [new("a", new("b", 1), [Kind.New, null], new() { ["x"] = (1, 2.5, "y") })];
            orders.From(Source.Of(some)).To(Topic.Of<Order>("orders"));
            await orders.RunAsync(new JobOptions { Log = log });
            var lines = new Pipeline("lines");
            lines.From(Topic.Of<Order>("orders").StopAtEnd()).KeyBy(order => (order.Line, order.Tags["x"].Item2))
                .LatestBy(order => order.Id).Changes().Values().Select(change => change.New!.Line).To(Topic.Of<Line>("lines"));
            await lines.RunAsync(new JobOptions { Log = log });
            foreach (var line in Topic.Of<Line>("lines").ReadAll(log)) Console.Write(line);

            public enum Kind { New, Old }

            public sealed record Line(string Article, int Pieces);

            public sealed record Order(string Id, Line Line, IReadOnlyList<Kind?> Kinds, Dictionary<string, (int, double, string)> Tags);
            """);

        await Dotnet.RunAsync(
            project.Folder, "publish", "-c", "Release", "--use-current-runtime", "--self-contained", "-p:PublishTrimmed=true",
            "-p:TrimMode=partial", "-o", "out");
        var output = await ProgramOutputAsync(Path.Combine(project.Folder, "out/partial"));

        Assert.Equal("Line { Article = b, Pieces = 1 }", output);
    }

    [Fact(Timeout = 600_000)]
    public async Task A_program_compiled_ahead_of_time_runs_its_pipelines_soon()
    {
        Assert.SkipUnless(HasLinker(), "There is neither clang nor gcc, which native AOT links with.");
        var project = new OutsideProject(feed, "native", ("Dataflow", feed.Version));
        project.Write("Program.cs", await ReadAsync("examples/NativeAot/Program.cs", TestContext.Current.CancellationToken));

        var published = await PublishNativeAsync(project);
        var runs = new List<string>();
        for (var i = 0; i < 20; i++) runs.Add(await ProgramOutputAsync(Path.Combine(project.Folder, "out/native")));

        Assert.DoesNotContain("warning", published, StringComparison.Ordinal);
        Assert.All(runs, static run => Assert.Contains("CH 12:00: 200 orders of 100 customers, 1350.00", run, StringComparison.Ordinal));
        Assert.InRange(runs.Min(static run => int.Parse(StartMs().Match(run).Groups[1].Value, CultureInfo.InvariantCulture)), 0, 99);
    }

    [Fact]
    public async Task Files_and_steps_of_each_kind_run_without_reflection()
    {
        var project = new OutsideProject(feed, "steps", ("Dataflow", feed.Version));
        project.Write("Program.cs", await ReadAsync("tests/Packages.Tests/Programs/Steps.cs", TestContext.Current.CancellationToken));

        var built = await project.BuildAsync("-p:PublishAot=true");
        var (_, output) = await project.RunAsync();

        Assert.DoesNotContain("warning", built, StringComparison.Ordinal);
        Assert.Equal(StepLines, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Takes five minutes, so it is done where <c>DATAFLOW_NATIVE=all</c>.</summary>
    [Fact]
    public async Task Files_and_steps_of_each_kind_run_as_native_code()
    {
        if (Environment.GetEnvironmentVariable("DATAFLOW_NATIVE") is not "all") return;
        var project = new OutsideProject(feed, "native-steps", ("Dataflow", feed.Version));
        project.Write("Program.cs", await ReadAsync("tests/Packages.Tests/Programs/Steps.cs", TestContext.Current.CancellationToken));

        var published = await PublishNativeAsync(project);

        Assert.DoesNotContain("warning", published, StringComparison.Ordinal);
        var output = await ProgramOutputAsync(Path.Combine(project.Folder, "out/native-steps"));
        Assert.Equal(StepLines, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Arrow_and_Parquet_files_are_written_and_read_without_reflection()
    {
        var project = new OutsideProject(feed, "columns", ("Dataflow.Arrow", feed.Version));
        project.Write("Program.cs", await ReadAsync("tests/Packages.Tests/Programs/Columns.cs", TestContext.Current.CancellationToken));

        var built = await project.BuildAsync("-p:PublishAot=true");
        var (_, output) = await project.RunAsync();

        Assert.DoesNotContain("warning", built, StringComparison.Ordinal);
        Assert.Equal(
            [
                "readings: 100 of Time timestamp, Sensor utf8, Celsius double, Count int32, Kind utf8, IsNew bool, Raw binary; True",
                "places: 100 of Name utf8, Number int64, Kind utf8; True",
            ],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private static Task<string> PublishNativeAsync(OutsideProject project)
        => Dotnet.RunAsync(
            project.Folder, "publish", "-c", "Release", "--use-current-runtime", "-p:PublishAot=true", "-o", "out",
            "-p:NoWarn=IL2104%3BIL3053");

    private static Task<string> ReadAsync(string file, CancellationToken cancellationToken)
        => File.ReadAllTextAsync(Repository.PathOf(file), cancellationToken);

    private static readonly string[] StepLines =
    [
        "files: Person { Name = user 0, Country = CH, Kind = Low, Age = 7 } Person { Name = user 1, Country = FR, Kind = High, Age =  } "
            + "True "
            + """{"time":"2026-01-01T12:00:01+00:00","user":"user 1","page":{"site":"news","number":1},"priority":1,"tags":["tag 1"]}""",
        "keys: shop 0 user 3: 1; user 0 4: 3",
        "aggregates: user 1 0 13 4 news 2 4; user 2 news shop 4",
        "windows: user 1 session 2; user 2 first 2; user 3 00:20 shop",
        "process: user 0 2 2 2",
        "tables: CH 2; PT at 4; user 2 is first; user 3 last at 4; user 3 of PT saw 4",
        "joins: as of 4 5; interval 4 5; streams 4 5; window 0 5; window 1 5; window 4 5",
        "patterns: user 2 0 3; user 2 1 3; user 2 2 3; user 2 3 3; user 2 4 2",
        "batches: all 10; user 1 1; user 1 2; user 1 3; user 1 4",
        "subtypes: 2 Car { Color = red, Behind = Bus { Line = 3 } }; Opened { By = ada } Closed { Count = 5 }; ada Bus { Line = 7 }; "
            + "bob Car { Color = red, Behind = Bus { Line = 3 } }",
    ];

    [Fact]
    public async Task A_model_without_a_native_library_names_the_packages_that_have_one()
    {
        var project = new OutsideProject(feed, "model", ("Dataflow.Onnx", feed.Version));
        project.Write("Program.cs", "Dataflow.Onnx.OnnxModel.Load(args[0]);");
        await project.BuildAsync();

        var (_, output) = await project.RunAsync(Repository.PathOf("examples/FlightDelays/delay-risk.onnx"));

        Assert.Contains(
            "ModelException: Models: the native library of ONNX Runtime is not there, or does not load. Reference the package "
                + "Microsoft.ML.OnnxRuntime to run models on the CPU, or Microsoft.ML.OnnxRuntime.Gpu to run them on CUDA.",
            output, StringComparison.Ordinal);
    }

    // NuGet itself refuses an older engine, and of the other mixtures some, which depends on their order.
    [Theory]
    [InlineData("Dataflow.Features", "Dataflow", "error NU1605")]
    [InlineData("Dataflow", "Dataflow.Features", "error DATAFLOW001: The packages of Dataflow are of several versions")]
    [InlineData("Dataflow.Features", "Dataflow.Testing", "error DATAFLOW001: The packages of Dataflow are of several versions")]
    public async Task Packages_of_two_versions_cannot_be_used_together(string newer, string older, string error)
    {
        var project = new OutsideProject(feed, $"{newer}-{older}", (newer, feed.Version), (older, LocalFeed.OtherVersion));
        project.Write("Program.cs", "");

        var (code, output) = await Dotnet.TryAsync(project.Folder, "build");

        Assert.NotEqual(0, code);
        Assert.Contains(error, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_command_line_is_installed_as_a_tool()
    {
        string[] install = ["tool", "install", "Dataflow.Cli", "--version", feed.Version, "--tool-path", "tools"];
        await Dotnet.RunAsync(feed.Folder.Path, install);

        using var tool = Process.Start(new ProcessStartInfo(feed.Folder["tools", "dataflow"], ["topics", "tail", "--help"])
        {
            RedirectStandardOutput = true,
        })!;
        var help = await tool.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await tool.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, tool.ExitCode);
        Assert.Contains("dataflow topics tail <TOPIC>", help, StringComparison.Ordinal);
    }

    private static bool HasLinker()
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(static folder => File.Exists(Path.Combine(folder, "clang")) || File.Exists(Path.Combine(folder, "gcc")));

    private static async Task<string> ProgramOutputAsync(string program)
    {
        using var process = Process.Start(new ProcessStartInfo(program) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return output;
    }

    [GeneratedRegex(@"started within (\d+) ms")]
    private static partial Regex StartMs();

    private static string Sorted(string lines) => string.Join('\n', lines.Split('\n').Order(StringComparer.Ordinal));

    private static string Block(string page, string language)
        => File.ReadAllText(Repository.PathOf(page)).Split($"```{language}\n")[1].Split("```")[0];
}
