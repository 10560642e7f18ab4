using System.Diagnostics;

namespace Dataflow.Arrow.Tests;

/// <summary>Other people's readers of Arrow.</summary>
internal static class Tools
{
    private const string Npm = "apache-arrow@21.2.0";

    private static readonly Lazy<string?> s_packages = new(Install);

    /// <summary>What Arrow's own Java tool prints; skips the test where it is not there.</summary>
    public static string[] Java(params string[] arguments)
    {
        var start = new ProcessStartInfo(SharedFolder.Find("arrow", "arrow"), arguments);
        start.Environment["JAVA_TOOL_OPTIONS"] = "-Dfile.encoding=UTF-8 -Dstdout.encoding=UTF-8";
        return Run(start);
    }

    /// <summary>What a script prints that may import <c>apache-arrow</c>; skips the test where npm cannot install that.</summary>
    public static string[] Node(string script, params string[] arguments)
    {
        if (s_packages.Value is not { } packages)
        {
            Assert.Skip($"npm cannot install {Npm} here.");
            return [];
        }

        return Run(
            new ProcessStartInfo("node", ["--input-type=module", "--eval", script, "--", .. arguments]) { WorkingDirectory = packages });
    }

    private static string? Install()
    {
        var packages = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "npm")).FullName;
        if (Directory.Exists(Path.Combine(packages, "node_modules", "apache-arrow"))) return packages;
        try
        {
            Run(new ProcessStartInfo("npm", ["install", "--no-audit", "--no-fund", "--silent", "--prefix", packages, Npm]));
            return packages;
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            return null;
        }
    }

    private static string[] Run(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start)!;
        var lines = process.StandardOutput.ReadToEnd().TrimEnd('\n').Split('\n');
        process.WaitForExit();
        return process.ExitCode == 0 ? lines : throw new InvalidOperationException($"{start.FileName} ended with {process.ExitCode}.");
    }
}
