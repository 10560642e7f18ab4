using System.Diagnostics;

namespace Dataflow.Packages.Tests;

/// <summary>Programs outside the repository, with the packages alone.</summary>
public class OutsideTests(LocalFeed feed)
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
    public async Task A_program_that_would_be_trimmed_is_warned_and_one_of_native_AOT_is_refused()
    {
        var project = new OutsideProject(feed, "small", ("Dataflow", feed.Version));
        project.Write("Program.cs", Block("README.md", "csharp"));
        project.Write("access.csv", Block("README.md", "csv"));

        var built = await project.BuildAsync("-p:EnableTrimAnalyzer=true", "-p:EnableAotAnalyzer=true", "-p:DynamicCodeSupport=false");
        var (_, output) = await project.RunAsync();

        Assert.Matches(@"Program\.cs\(3,\d+\): warning IL2026: .*TrimMode=partial", built);
        Assert.Matches(@"Program\.cs\(3,\d+\): warning IL3050: .*PublishAot", built);
        Assert.Contains("PlatformNotSupportedException: The code that reads and writes values", output, StringComparison.Ordinal);
    }

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

    private static string Sorted(string lines) => string.Join('\n', lines.Split('\n').Order(StringComparer.Ordinal));

    private static string Block(string page, string language)
        => File.ReadAllText(Repository.PathOf(page)).Split($"```{language}\n")[1].Split("```")[0];
}
