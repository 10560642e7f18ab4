using System.Text.Json;
using Dataflow.Perf.Features;

var what = args.FirstOrDefault() ?? "updates";
var settings = Settings.Parse([.. args.Skip(1)]);
object measured = what switch
{
    "updates" => await Measure.UpdatesAsync(settings),
    "reads" => await Measure.ReadsAsync(settings),
    "training" => await Measure.TrainingAsync(settings),
    _ => throw new ArgumentException($"'{what}' cannot be measured. There are: updates, reads, training."),
};
Console.WriteLine(JsonSerializer.Serialize(measured, new JsonSerializerOptions(JsonSerializerDefaults.Web)));
