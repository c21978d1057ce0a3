//! Clocks around workloads.

use std::io;
use std::ops::Range;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use handlers_tests::counting::Allocations;

use crate::workload::{Make, Worker, Workload};

/// How to measure a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Plan {
    /// Records of all threads together.
    pub(crate) n: u64,
    pub(crate) threads: u64,
    /// Whether to time each call in a second pass.
    pub(crate) percentiles: bool,
}

/// What a record costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measurement {
    /// None where the system does not tell.
    pub(crate) cpu_ns: Option<f64>,
    pub(crate) wall_ns: f64,
    /// The median, and the calls that 1 in 100 and 1 in 1000 are slower than.
    pub(crate) percentiles: Option<[u64; 3]>,
    pub(crate) allocations: f64,
}

/// Measures a workload that is made for each pass anew.
pub(crate) fn measure(make: Make, plan: &Plan) -> io::Result<Measurement> {
    let (wall, cpu, allocations) = throughput(&*make()?, plan);
    let n = float(plan.n);
    Ok(Measurement {
        cpu_ns: cpu.map(|cpu| cpu.as_secs_f64() * 1e9 / n),
        wall_ns: wall.as_secs_f64() * 1e9 / n,
        percentiles: if plan.percentiles { Some(percentiles(&*make()?, plan)) } else { None },
        allocations: float(allocations) / n,
    })
}

/// Time that passed, CPU time and allocations.
fn throughput(workload: &dyn Workload, plan: &Plan) -> (Duration, Option<Duration>, u64) {
    let together = Barrier::new(usize::try_from(plan.threads).unwrap_or(usize::MAX));
    let work = |worker: &mut dyn Worker, numbers: Range<u64>| {
        together.wait();
        worker.log_all(numbers);
        worker.finish();
        together.wait();
    };
    thread::scope(|scope| {
        for number in 1..plan.threads {
            let (together, work) = (&together, &work);
            scope.spawn(move || {
                let mut worker = warmed_up(workload);
                together.wait();
                work(&mut *worker, plan.numbers(number));
            });
        }
        let mut worker = warmed_up(workload);
        together.wait();
        let allocations = Allocations::start();
        let (start, cpu_start) = (Instant::now(), cpu_time());
        work(&mut *worker, plan.numbers(0));
        workload.finish();
        let (wall, cpu_end) = (start.elapsed(), cpu_time());
        let cpu = cpu_end.zip(cpu_start).map(|(end, start)| end.saturating_sub(start));
        (wall, cpu, allocations.count() as u64)
    })
}

fn percentiles(workload: &dyn Workload, plan: &Plan) -> [u64; 3] {
    let plan = Plan { n: plan.n.min(MOST_TIMED), ..*plan };
    let together = Barrier::new(usize::try_from(plan.threads).unwrap_or(usize::MAX));
    let work = |number| {
        let mut worker = warmed_up(workload);
        together.wait();
        let times = time_each(plan.numbers(number), &mut *worker);
        worker.finish();
        times
    };
    let mut times = thread::scope(|scope| {
        let others: Vec<_> =
            (1..plan.threads).map(|number| scope.spawn(move || work(number))).collect();
        let mut times = work(0);
        for other in others {
            times.extend(other.join().expect("a worker does not panic"));
        }
        times
    });
    workload.finish();
    let clock = percentile(&mut time_each(0..10_000, &mut Nothing), 500);
    [500, 990, 999].map(|thousandth| percentile(&mut times, thousandth).saturating_sub(clock))
}

fn time_each(numbers: Range<u64>, worker: &mut (impl Worker + ?Sized)) -> Vec<u64> {
    let capacity = usize::try_from(numbers.end - numbers.start).unwrap_or(0);
    let mut times = vec![0; capacity];
    for (time, number) in times.iter_mut().zip(numbers) {
        worker.get_ready(number);
        let start = Instant::now();
        worker.log(number);
        *time = u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX);
    }
    times
}

/// What reading the clock costs.
struct Nothing;

impl Worker for Nothing {
    fn log(&mut self, _number: u64) {}
}

fn percentile(times: &mut [u64], thousandth: usize) -> u64 {
    let Some(last) = times.len().checked_sub(1) else { return 0 };
    *times.select_nth_unstable(last * thousandth / 1000).1
}

fn warmed_up(workload: &dyn Workload) -> Box<dyn Worker + '_> {
    let mut worker = workload.worker();
    worker.log_all(0..WARM_UP);
    worker
}

impl Plan {
    /// The records of one thread.
    fn numbers(&self, thread: u64) -> Range<u64> {
        let border = |thread| self.n * thread / self.threads;
        border(thread)..border(thread + 1)
    }
}

/// The time that the process has used, in user code and in the kernel.
#[cfg(unix)]
fn cpu_time() -> Option<Duration> {
    use rustix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::ProcessCPUTime).try_into().ok()
}

#[cfg(not(unix))]
fn cpu_time() -> Option<Duration> {
    None
}

#[expect(clippy::cast_precision_loss, reason = "nobody counts 2⁵³ records")]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}

/// Records that a thread logs before it is measured. They do not depend on `n`, so that they cancel
/// out where two runs are subtracted.
const WARM_UP: u64 = 2_000;

/// Calls that are timed one by one.
const MOST_TIMED: u64 = 1_000_000;
