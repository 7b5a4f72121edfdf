use stackyard_solver::*;
use std::time::Instant;
fn main(){
    let c=catalogue::Catalogue::reference().unwrap();
    let arg=std::env::args().nth(1).unwrap();
    let eff=match std::env::args().nth(2).as_deref(){Some("good")=>report::Effort::Good,Some("defend")=>report::Effort::Defend,_=>report::Effort::Explore};
    let plan= if let Ok(n)=arg.parse::<usize>() { generate::campus(n,1,&c) } else { plan::text::read(&std::fs::read_to_string(arg).unwrap(),&c).map_err(|e|println!("{e}")).unwrap() };
    for p in plan.problems(&c) {println!("problem {p}");}
    let t0=Instant::now();
    struct M(Instant,&'static str);
    impl Monitor for M{ fn progress(&mut self,p:&Progress){ if p.stage!=self.1{println!("{} {:?}",p.stage,self.0.elapsed()); self.1=p.stage;} } }
    let s=Settings{effort:eff,verify:true,..Settings::default()};
    let r=evaluate(&plan,&c,&s,&mut M(t0,""));
    println!("{:?} graph {:?} rounds {} connections {}",t0.elapsed(),r.search.graph,r.search.rounds,r.connections.len());
    println!("{:?} gap {:.2}% {}",r.cost,100.0*r.cost.gap(),r.search.bound_method);
    println!("boq {} complete {} accepted {} missing {} totals {:?}",r.boq_total(),r.is_complete(),r.is_accepted(),r.missing_prices(),r.totals);
    for f in r.findings.iter().take(25){println!("{:?} {} {} [{}]",f.severity,f.rule,f.message,f.basis);} println!("{} findings",r.findings.len());
    for f in r.verification.faults.iter().take(20){println!("FAULT {f}");}
    for p in &r.phases {println!("{} {} {} {:.0} kW {} complete {}",p.id,p.name,p.containers,p.peak_kw,p.cost,p.complete);}
    for p in &r.pumps {println!("{:?}",p);}
    let mut by=std::collections::BTreeMap::new(); for row in &r.boq { *by.entry(row.group.label()).or_insert(0)+=row.total.map_or(0,|t|t.0)/100; } println!("{by:?}");
}
